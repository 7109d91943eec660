# Services of which two must never run: the old one stops, then the new one starts. If it cannot, the old one comes back.
#   $1 slot   $2 release   $3 services (space separated)   then their targets, see verify.pl
slot=$1 release=$2 services=$3
shift 3
old=
for service in $services; do
  for other in blue green; do
    [ "$other" = "$slot" ] || old="$old $(docker ps -q --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter "label=wherry.slot=$other" --filter "label=wherry.service=$service")"
  done
done
[ -z "${old# }" ] || docker stop $old > /dev/null
back() {
  new=
  for service in $services; do new="$new $(containers_of "$slot" --filter "label=wherry.service=$service")"; done
  tell_logs $new
  [ -z "${new# }" ] || docker stop $new > /dev/null
  [ -z "${old# }" ] || docker start $old > /dev/null
  exit 1
}
# shellcheck disable=SC2086  # names of services have no spaces
slot_compose "$slot" "$release" up --detach --no-build --pull never --no-deps $services || { problem start-failed "$services did not start"; back; }
perl -e "$verify" "$home/lock" "$app" "$environment" "$slot" "$release" "$@" || back
