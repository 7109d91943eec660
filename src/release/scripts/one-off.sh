# One container for one command, from the live release's image. Its streams and its exit code are the command's own.
#   $1 slot or "base"   $2 release   $3 "yes" on a terminal   $4 service   then the command
place=$1 release=$2 terminal=$3 service=$4
shift 4
set -- run --rm --no-deps "$service" "$@"
if [ -z "$terminal" ]; then
  shift
  set -- run -T "$@"
fi
if [ "$place" = base ]; then
  [ ! -e "$home/base/oneoff.yaml" ] || set -- -f "$home/base/oneoff.yaml" "$@"
  base_compose "$@"
else
  [ ! -e "$home/releases/$release/oneoff.yaml" ] || set -- -f "$home/releases/$release/oneoff.yaml" "$@"
  slot_compose "$place" "$release" "$@"
fi
