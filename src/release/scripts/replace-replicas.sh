# Replaces containers inside a slot, while others of the same service answer.
#   $1 slot   $2 release   $3 services (space separated)   $4 servers of the proxy   $5 seconds to wait at most   then targets
slot=$1 release=$2 services=$3 servers=$4 patience=$5
shift 5
for server in $servers; do proxy_say "set server $server state drain"; done
busy() {
  for server in $servers; do
    proxy_say "show stat" | awk -F, -v backend="${server%/*}" -v name="${server#*/}" '$1 == backend && $2 == name && $3 + $5 > 0 { found = 1 } END { exit !found }' && return 0
  done
  return 1
}
begun=$(date +%s)
while [ -n "$servers" ] && busy && [ $(($(date +%s) - begun)) -lt "$patience" ]; do sleep 0.1; done
# shellcheck disable=SC2086  # names of services have no spaces
if ! slot_compose "$slot" "$release" up --detach --no-build --pull never --no-deps $services; then
  tell_logs $(containers_of "$slot" --filter "label=wherry.release=$release")
  problem start-failed "$services did not start"
  exit 1
fi
[ -e "$home/at-traffic" ] || stamp traffic
if ! perl -e "$verify" "$home/lock" "$app" "$environment" "$slot" "$release" "$@"; then
  tell_logs $(containers_of "$slot" --filter "label=wherry.release=$release")
  exit 1
fi
# shellcheck disable=SC2086  # names of servers have no spaces
mark_healthy $servers
