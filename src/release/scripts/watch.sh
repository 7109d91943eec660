# Watches a release that gets requests, and takes them from it again when it is worse than it may be.
#   $1 slot   $2 owner   then KEY=VALUE, see watch.pl
slot=$1 owner=$2
shift 2
status=0
perl -e "$watch" "$home" "$app" "$environment" "$deployment" "$slot" "$@" || status=$?
if [ "$status" = 1 ]; then
  rm -f "$home/canary"
  (flock 7; write_live_map; tell_live "$owner") 7>> "$proxy/lock"
  say "returned $(now)"
  tell_logs $(containers_of "$slot" --filter label=com.docker.compose.oneoff=False)
fi
exit "$status"
