# Empties a slot of what an earlier deployment left there. Requests that are still on it may finish.
#   $1 slot   then pairs: seconds to wait at most, back end
slot=$1
shift
left=$(containers_of "$slot")
[ -n "$left" ] || exit 0
[ $# = 0 ] || perl -e "$proxy_client" "$proxy/run/master.sock" drain "$@" >&3 || :
docker stop $left > /dev/null
close_rest "$@"
# -v takes only anonymous volumes along, the scratch space of these containers; named ones stay.
docker rm -v $left > /dev/null
