# Stops a release that was kept warm, when its time is over.
#   $1 home   $2 app   $3 environment   $4 content of the file `warm`   $5 seconds
sleep "$5"
exec 9>> "$1/lock"
flock 9
[ "$(cat "$1/warm" 2> /dev/null)" = "$4" ] || exit 0
# Who comes now waits for us.
: > "$1/ending"
slot=${4%% *}
set -- "$1" $(docker ps -aq --filter "label=wherry.app=$2" --filter "label=wherry.environment=$3" --filter "label=wherry.slot=$slot")
home=$1
shift
if [ $# != 0 ]; then
  docker stop "$@"
  docker rm -v "$@"
fi
rm -f "$home/warm" "$home/ending"
