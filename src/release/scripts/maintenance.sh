# Puts the maintenance page in front of an environment, or takes it away: the file first, then the running proxy.
#   $1 owner   $2 page in base64; empty: none   then who sees the app all the same: addresses, words of the pass header
owner=$1 page=$2
shift 2
[ -e "$home/live" ] || { problem nothing-live "nothing is deployed to $environment here"; exit 1; }
if [ -n "$page" ]; then printf '%s\n' "$page" "$@" | put "$home/maintenance"; else rm -f "$home/maintenance"; fi
(flock 7; tell_maintenance "$owner") 7>> "$proxy/lock"
