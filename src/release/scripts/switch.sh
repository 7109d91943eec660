# Sends new requests to the other slot: the files first, so that a proxy or a server that restarts now comes up on the
# new side; then one change in the running proxy.
#   $1 slot   $2 release   $3 owner   then servers to mark healthy
slot=$1 release=$2 owner=$3
shift 3
mark_healthy "$@"
printf '%s %s\n' "$slot" "$release" | put "$home/live"
rm -f "$home/canary"
ln -sfn "releases/$release" "$home/current"
go_live "$owner"
now > "$home/releases/$release/served"
[ -e "$home/at-traffic" ] || stamp traffic
say "traffic $(cat "$home/at-traffic")"
