# The release did not make it: its containers stop and stay, for their logs, until the next deployment.
#   $1 slot   $2 release   then, if it had requests, pairs: seconds to wait at most, back end
slot=$1 release=$2
shift 2
patience="-t 5"
if [ $# != 0 ]; then
  perl -e "$proxy_client" "$proxy/run/master.sock" drain "$@" >&3 || :
  patience=
fi
left=$(containers_of "$slot")
# shellcheck disable=SC2086  # several words on purpose
[ -z "$left" ] || docker stop $patience $left > /dev/null
close_rest "$@"
docker ps -aq --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter "label=wherry.slot=$slot" --filter label=com.docker.compose.oneoff=True | xargs -r docker rm -f > /dev/null
[ -e "$home/releases/$release/served" ] || rm -rf "$home/releases/$release"
