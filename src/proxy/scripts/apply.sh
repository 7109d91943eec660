# Gives the proxy an environment's back ends and routes; reloads it only if they differ from what it has.
#   $1 owner   $2 backends   $3 routes   $4 blue   $5 green   $6 rules   then servers that are healthy already
mkdir -p "$proxy"
(
flock 7
settle_proxies
folder=$proxy/apps/$1
# Nothing to take away from a proxy that knows nothing.
[ -n "$2$3" ] || [ -d "$folder" ] || exit 0
mkdir -p "$folder" "$proxy/maps"
changed=
replace() {
  if printf '%s' "$2" | cmp -s - "$folder/$1"; then return; fi
  printf '%s' "$2" | put "$folder/$1" 644
  changed=yes
}
replace backends.cfg "$2"
replace routes.map "$3"
replace blue.map "$4"
replace green.map "$5"
replace rules.cfg "$6"
[ -n "$changed" ] || [ -e "$proxy/reload-pending" ] || exit 0
: > "$proxy/reload-pending"
write_config
for map in routes blue green; do cat "$proxy"/apps/*/"$map.map" | sort -u | put "$proxy/maps/$map.map" 644; done
write_live_map
if ! docker exec "$(proxy_container)" haproxy -c -f /wherry/haproxy.cfg.next; then
  problem proxy-refused "the proxy does not accept its new configuration"
  exit 1
fi
mv -f "$proxy/haproxy.cfg.next" "$proxy/haproxy.cfg"
# The process that ends cannot be told of servers any more, and may still get a request after the switch, on a connection
# that is idle now. Those that it does not know are of no use to it.
shift 6
mark_healthy "$@" > /dev/null || :
perl -e "$proxy_client" "$proxy/run/master.sock" reload || { problem proxy-refused "the proxy did not reload"; exit 1; }
rm -f "$proxy/reload-pending"
say "reloaded"
) 7>> "$proxy/lock"
