# Tells who holds the lock of the environment, if anybody does.
[ -e "$home/lock" ] || exit 0
flock -s -n "$home/lock" true && exit 0
say "held $(cat "$home/lock.json" 2>/dev/null || echo '{}')"
say "held-step $(cat "$home/step" 2>/dev/null)"
