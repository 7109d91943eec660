# Does the old server reach the new one? Tells `way-open`, or `way-closed WHY`.
#   $1 address   $2 port   $3 user   $4 its host keys, a line each
printf '%s\n' "$1" "$2" "$3" > "$home/way/to"
printf '%s' "$4" | sed 's/^/new-server /' > "$home/way/known_hosts"
if [ "$(way_ssh try < /dev/null 2> "$home/way/said")" = open ]; then say way-open
else say "way-closed $(tr -d '\r' < "$home/way/said" | grep . | tail -n 1)"; fi
