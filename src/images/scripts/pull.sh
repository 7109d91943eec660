# Pulls images by digest and gives them the names of the release.   $@ pairs: REPOSITORY@DIGEST REFERENCE
while [ $# -gt 0 ]; do
  if ! docker image inspect "$1" > /dev/null 2>&1 && ! errors=$(docker pull -q "$1" 2>&1); then
    printf '%s\n' "$errors" >&2
    case $errors in
      *[Nn]"o space left"*) problem disk-full "the disk of the server is full" ;;
      *) problem image-pull-failed "the server cannot pull $1: $(printf '%s' "$errors" | tail -n 1)" ;;
    esac
    exit 1
  fi
  docker tag "$1" "$2"
  shift 2
done
