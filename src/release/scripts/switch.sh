# Sends new requests to the other slot: the files first, so that a proxy or a server that restarts now comes up on the
# new side; then one change in the running proxy.
#   $1 slot   $2 release   $3 owner   then servers to mark healthy
slot=$1 release=$2 owner=$3
shift 3
for server in "$@"; do
  # Our own checks just passed; the proxy's, from another instant, may not have.
  set -- "$@" "set server $server state ready" "set server $server health up"
  shift
done
[ $# = 0 ] || proxy_say "$@"
printf '%s %s\n' "$slot" "$release" | put "$home/live"
rm -f "$home/canary"
ln -sfn "releases/$release" "$home/current"
(flock 7; write_live_map; tell_live "$owner") 7>> "$proxy/lock"
now > "$home/releases/$release/served"
[ -e "$home/at-traffic" ] || stamp traffic
say "traffic $(cat "$home/at-traffic")"
