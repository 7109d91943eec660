# Puts the proxy there and starts it; changes nothing where it runs as wanted. One that runs, but not as wanted, hands its
# listening sockets over to a new one. What is interrupted is put right by the next who comes, see settle_proxies.
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
answers() { timeout 1 perl -e "$proxy_client" "$1" say 'show version' 2>/dev/null | grep -q .; }
keep "$proxy/compose.yaml" "$2"
mkdir -p "$proxy/certificates"
[ -e "$proxy/certificates/list.txt" ] || put "$proxy/certificates/list.txt" < /dev/null
[ -e "$proxy/certificates/token" ] || head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' | put "$proxy/certificates/token"
[ -e "$proxy/maps/token.map" ] || printf 'token %s\n' "$(cat "$proxy/certificates/token")" | put "$proxy/maps/token.map" 644
for map in routes blue green maintenance visitors https health; do [ -e "$proxy/maps/$map.map" ] || put "$proxy/maps/$map.map" 644 < /dev/null; done
[ -e "$proxy/maps/live.map" ] || write_live_map
settle_proxies

number=$(readlink "$proxy/run/current") || number=
now=$(proxy_container)
running=
if [ -n "$now" ] && answers "$proxy/run/master.sock"; then
  running=yes
  say "proxy-was $(proxy_say 'show version')"
fi
wanted="$(docker image inspect -f '{{.Id}}' "$image") $(cksum < "$proxy/compose.yaml" | tr ' ' -)"
is=$(docker inspect -f '{{.Image}} {{index .Config.Labels "wherry.config"}}' "$now" 2>/dev/null) || is=
keep "$proxy/frontend.cfg" "$3" 644
write_config
same=
if [ -n "$running" ] && [ "$is" = "$wanted" ]; then same=yes; fi
if [ -n "$same" ] && [ ! -e "$proxy/reload-pending" ] && cmp -s "$proxy/haproxy.cfg.next" "$proxy/haproxy.cfg"; then
  rm -f "$proxy/haproxy.cfg.next"
  exit 0
fi
if ! docker run --rm --network none -e WHERRY_RUN=/wherry/run -v "$proxy:/wherry:ro" --user root "$image" haproxy -c -f /wherry/haproxy.cfg.next; then
  problem proxy-refused "the proxy does not accept its configuration"
  exit 1
fi
: > "$proxy/reload-pending"
mv -f "$proxy/haproxy.cfg.next" "$proxy/haproxy.cfg"
if [ -n "$same" ]; then
  perl -e "$proxy_client" "$proxy/run/master.sock" reload || { problem proxy-refused "the proxy did not reload"; exit 1; }
  rm -f "$proxy/reload-pending"
  exit 0
fi

next=$(($(printf '0\n%s\n' "$(find "$proxy/run" -maxdepth 1 -name '[0-9]*' -printf '%f\n')" | sort -n | tail -n 1) + 1))
name=wherry-proxy
# What does not answer has no listening sockets to give, and would take the name.
[ -n "$running" ] || [ -z "$now" ] || docker rm --force "$now" > /dev/null
if [ -n "$running" ] || [ -n "$(docker ps -aq --filter 'name=^/wherry-proxy$')" ]; then name=wherry-proxy-$next; fi
mkdir -p "$proxy/run/$next"
{
  echo "WHERRY_PROXY_FOLDER=$proxy"
  echo "WHERRY_PROXY_NUMBER=$next"
  echo "WHERRY_PROXY_NAME=$name"
  echo "WHERRY_PROXY_BEFORE=${number:-0}"
  echo "WHERRY_PROXY_CONFIG=${wanted#* }"
} | put "$proxy/.env"
give_up() {
  docker logs --tail 15 "$name" 2>&1 | sed 's/^/log proxy /' >&3
  [ -z "$running" ] || docker rm --force "$name" > /dev/null 2>&1 || :
  problem proxy-failed "the proxy does not start"
  exit 1
}
# From then on it is the one that scripts talk to; before, it is told of each switch as well.
serve() {
  ln -sfn "$next" "$proxy/run/current.new"
  mv -fT "$proxy/run/current.new" "$proxy/run/current"
  ln -sfn current/master.sock "$proxy/run/master.sock"
}
[ -n "$running" ] || serve
docker compose --project-directory "$proxy" -f "$proxy/compose.yaml" up --detach --no-build --pull never || give_up
i=0
until answers "$proxy/run/$next/master.sock"; do
  i=$((i + 1))
  [ "$i" -le 100 ] || give_up
  sleep 0.1
done
serve
rm -f "$proxy/reload-pending"
# Proxies of version 0.1.0 had no number.
old=$(docker ps -aq --filter 'name=^/wherry-proxy$')
if [ -n "$old" ] && [ -z "$(docker inspect -f '{{index .Config.Labels "wherry.number"}}' "$old")" ]; then
  mkdir -p "$proxy/run/0"
  end_proxy 0 "$old"
fi
settle_proxies
say "proxy-is $(proxy_say 'show version')"
) 7>> "$proxy/lock"
