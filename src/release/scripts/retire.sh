# Lets the old slot finish its requests, then stops and removes it.
#   $1 slot   $2 servers of its back ends (space separated)   then pairs: seconds to wait at most, back end
slot=$1 servers=$2
shift 2
[ $# = 0 ] || perl -e "$proxy_client" "$proxy/run/master.sock" drain "$@" >&3
for server in $servers; do proxy_say "set server $server state maint" || :; done
old=$(containers_of "$slot")
[ -n "$old" ] || exit 0
# Told to end, the app may say goodbye to its WebSockets; what is left then is closed.
begun=$(date +%s)
docker stop $old > /dev/null
took=$(($(date +%s) - begun))
close_rest "$@"
[ "$took" -lt 10 ] || say "slow-stop $took"
docker rm -v $old > /dev/null
