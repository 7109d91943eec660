# Tells a load balancer in front, by what the health path answers, whether requests may come: the file first, then the
# running proxy.
#   $1 "leave" or "join"   $2 path   $3 seconds that the balancer needs to see it
printf '%s\n' "$2" | put "$home/balancer"
if [ "$1" = leave ]; then : > "$home/leaving"; else rm -f "$home/leaving"; fi
(flock 7; tell_health "$2") 7>> "$proxy/lock"
[ "$1" != leave ] || sleep "$3"
