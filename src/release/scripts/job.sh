# Runs a command once from the new image, before the release gets traffic.
#   $1 slot   $2 release   $3 service   then the command (none: the service's own)
slot=$1 release=$2 service=$3
shift 3
set -- run --rm --no-deps -T --name "$app-$environment-$slot-job-$service" "$service" "$@"
[ ! -e "$home/releases/$release/oneoff.yaml" ] || set -- -f "$home/releases/$release/oneoff.yaml" "$@"
status=0
slot_compose "$slot" "$release" "$@" < /dev/null > "$home/job.log" 2>&1 || status=$?
cat "$home/job.log"
[ "$status" = 0 ] && exit 0
say "exit $service exited $status false 0"
tail -n 15 "$home/job.log" | sed "s/^/log $service /" >&3
problem job-failed "the release job of $service exited with code $status"
exit 1
