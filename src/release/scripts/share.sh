# Gives the new release a share of the requests, beside the live one: the file first, so that a proxy that restarts now
# comes up the same; then one change in the running proxy. What is live, and `current`, stay as they are.
#   $1 slot   $2 release   $3 share in hundredths of a percent   $4 `sticky` or `-`   $5 owner   then servers to mark healthy
slot=$1 release=$2 share=$3 sticky=$4 owner=$5
shift 5
mark_healthy "$@"
printf '%s %s %s %s\n' "$slot" "$release" "$share" "$sticky" | put "$home/canary"
go_live "$owner"
[ -e "$home/at-traffic" ] || stamp traffic
say "traffic $(cat "$home/at-traffic")"
