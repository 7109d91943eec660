# Receives images on standard input and loads them. What has arrived stays until it is loaded, for the next try.
#   $1 how many images are there under another name   then, for each: ID REFERENCE   then the references to load
incoming=$home/incoming
mkdir -p "$incoming/blobs/sha256"

# Says what went wrong, and gives the disk back.
#   $1 code   $2 sentence   $3 what programs printed
refuse_images() {
  printf '%s\n' "$3" >&2
  rm -rf "$incoming/blobs"
  case $3 in
    *[Nn]"o space left"*) problem disk-full "the disk of the server is full"; exit 1 ;;
  esac
  # Should the engine have missed a layer that was left out, the next try brings all of them.
  [ "$1" != image-load-failed ] || touch "$incoming/whole"
  problem "$1" "$2"
  exit 1
}

if ! errors=$(perl -e "$receive" "$incoming" 2>&1); then
  case $errors in
    *"transfer was cut"*) problem transfer-cut "the connection was cut; the next try goes on from here"; exit 1 ;;
  esac
  refuse_images image-transfer-failed "the images did not arrive as they were sent" "$errors"
fi

count=$1
shift
while [ "$count" -gt 0 ]; do
  docker tag "$1" "$2"
  shift 2
  count=$((count - 1))
done
[ $# -gt 0 ] || exit 0

if ! errors=$(tar -cf - -C "$incoming" -T "$incoming/list" | docker load -q 2>&1) ||
  ! errors=$errors$(docker image inspect -f '{{.Id}}' "$@" 2>&1); then
  # The containerd store keeps the name of what it could not unpack.
  docker image rm "$@" > /dev/null 2>&1 || :
  refuse_images image-load-failed "the Docker engine of the server did not load the images" "$errors"
fi
rm -rf "$incoming/blobs" "$incoming/list" "$incoming/whole" "$incoming"/*.json "$incoming/oci-layout"
