# Writes the logs of an environment's containers, each line with its service in front.
#   $1 service ("": all)   $2 release   $3 "yes" to follow   $4 lines of each to begin with
service=$1 release=$2 follow=$3 lines=$4 width=1
followed='' pids=''

wanted() {
  {
    docker ps -a --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter "label=wherry.release=$release" \
      --filter label=com.docker.compose.oneoff=False --format '{{.ID}} {{.Label "wherry.service"}}'
    # What stays from release to release says the same for all of them.
    docker ps -a --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter label=wherry.slot=base \
      --filter label=com.docker.compose.oneoff=False --format '{{.ID}} {{.Label "wherry.service"}}'
  } | while read -r id name; do
    [ -n "$service" ] && [ "$name" != "$service" ] || printf '%s %s\n' "$id" "$name"
  done
}

show() {
  # shellcheck disable=SC2086  # the flag may be none
  docker logs ${follow:+--follow} --tail "$2" "$1" 2>&1 | sed -u "s/^/$(printf "%-${width}s" "$3") | /"
}

found=$(wanted)
for name in $(printf '%s\n' "$found" | cut -d ' ' -f 2); do [ "${#name}" -le "$width" ] || width=${#name}; done
if [ -z "$follow" ]; then
  printf '%s\n' "$found" | while read -r id name; do [ -z "$id" ] || show "$id" "$lines" "$name"; done
  exit 0
fi
# Each of ours is a shell with two programs, of which `docker logs` would wait for a next line before it sees that we are gone.
end() {
  for pid in $pids; do
    for status in $(grep -sl "^PPid:[[:space:]]*$pid\$" /proc/[0-9]*/status); do
      status=${status#/proc/}
      kill "${status%/status}"
    done
    kill "$pid"
  done
} 2> /dev/null
trap end EXIT
trap 'exit 130' INT TERM HUP
# Until the one who reads has gone. A deployment brings new containers: they are followed as well.
while [ -d "/proc/$PPID" ]; do
  while read -r id name; do
    case " $followed " in *" $id "*) continue ;; esac
    [ -n "$id" ] || continue
    followed="$followed $id"
    show "$id" "$lines" "$name" &
    pids="$pids $!"
  done << EOF
$found
EOF
  sleep 1
  if [ -e "$home/live" ]; then read -r _ release < "$home/live"; fi
  found=$(wanted)
  lines=all
done
