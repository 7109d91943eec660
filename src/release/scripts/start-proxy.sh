# Puts the proxy there and starts it; changes nothing where it runs as wanted.
#   $1 image   $2 its compose file   $3 the common part of its configuration
image=$1
mkdir -p "$proxy/apps" "$proxy/maps" "$proxy/run" "$state/networks" "$state/apps"
chmod 700 "$state" "$proxy"

chmod 700 "$proxy/run" "$state/networks" "$state/apps"
(
flock 7
if ! docker image inspect "$image" > /dev/null 2>&1 && ! timeout 300 docker pull -q "$image"; then
  problem proxy-image-missing "the image $image is not on the server and cannot be pulled there"
  exit 1
fi
# Written only where it differs: what is as it should be is not touched.
keep() { printf '%s' "$2" | cmp -s - "$1" || printf '%s' "$2" | put "$1"; }
keep "$proxy/.env" "WHERRY_PROXY_FOLDER=$proxy"
keep "$proxy/compose.yaml" "$2"
changed=
if ! printf '%s' "$3" | cmp -s - "$proxy/frontend.cfg"; then
  printf '%s' "$3" | put "$proxy/frontend.cfg" 644
  changed=yes
fi
for map in routes blue green; do [ -e "$proxy/maps/$map.map" ] || put "$proxy/maps/$map.map" 644 < /dev/null; done
[ -e "$proxy/maps/live.map" ] || write_live_map
if [ -n "$changed" ] || [ ! -e "$proxy/haproxy.cfg" ]; then
  write_config
  if ! docker run --rm --network none -v "$proxy:/wherry:ro" --user root "$image" haproxy -c -f /wherry/haproxy.cfg.next; then
    problem proxy-refused "the proxy does not accept its configuration"
    exit 1
  fi
  mv -f "$proxy/haproxy.cfg.next" "$proxy/haproxy.cfg"
  was=$(docker ps -q --filter label=wherry.role=proxy)
  [ -z "$was" ] || perl -e "$proxy_client" "$proxy/run/master.sock" reload
fi
docker compose -p wherry-proxy --project-directory "$proxy" -f "$proxy/compose.yaml" up --detach --no-build --pull never
i=0
until proxy_say 'show version' 2>/dev/null | grep -q .; do
  i=$((i + 1))
  if [ "$i" -gt 100 ]; then
    docker logs --tail 15 wherry-proxy 2>&1 | sed 's/^/log proxy /' >&3
    problem proxy-failed "the proxy does not start"
    exit 1
  fi
  sleep 0.1
done
) 7>> "$proxy/lock"
