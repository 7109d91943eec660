# Waits until the release is healthy.
#   $1 slot   then the targets, see verify.pl
slot=$1
shift
status=0
perl -e "$verify" "$home/lock" "$app" "$environment" "$slot" "" "$@" || status=$?
[ "$status" = 1 ] && tell_logs $(containers_of "$slot" --filter label=com.docker.compose.oneoff=False)
stamp verified
exit "$status"
