# Sends all requests to the live release again.
#   $1 owner
rm -f "$home/canary"
[ ! -e "$home/live" ] || (flock 7; write_live_map; tell_live "$1") 7>> "$proxy/lock"
