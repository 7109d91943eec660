#!/bin/sh
# Written by Wherry. Gets the certificates of the apps of this server, renews those that are due, and gives them to the
# running proxy. Run by deployments and, twice a day, by a timer of the system.
#   certificates.sh [OWNER [now]]   OWNER: its hosts alone; `now`: also what is not due and what failed a moment ago
# Tells on standard output, a line each: `certificate HOST new|kept`, `certificate-failed HOST REASON`.
set -u
umask 077
proxy=$(cd "$(dirname "$0")" && pwd)
only=${1:-} urgent=${2:-}
mkdir -p "$proxy/certificates" "$proxy/acme"
exec 6>> "$proxy/certificates/lock"
flock 6

put() { cat > "$1.new" && sync "$1.new" && mv -f "$1.new" "$1"; }
now() { date -u +%Y-%m-%dT%H:%M:%SZ; }

own_addresses() { hostname -I 2> /dev/null | tr ' ' '\n' | grep -v '^$'; }

# The address to write into the zone: the one that packets to the world carry; behind a router nobody here knows it.
public_address() {
  found=$(ip -o route get 192.0.2.1 2> /dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')
  case $found in
    '' | 10.* | 172.1[6-9].* | 172.2?.* | 172.3[01].* | 192.168.*) echo "the public address of this server" ;;
    *) echo "$found" ;;
  esac
}

# Behind an address that is not ours there may still be a router that leads here: the proxy says a word that nobody else knows.
leads_here() {
  [ -s "$proxy/certificates/token" ] || return 1
  perl -MIO::Socket::INET -e '
    my ($host, $address) = @ARGV;
    my $s = IO::Socket::INET->new(PeerAddr => $address, PeerPort => 80, Timeout => 5) or exit 1;
    print $s "GET /.well-known/wherry-server HTTP/1.0\r\nHost: $host\r\n\r\n"; local $/; print <$s> // "";
  ' "$1" "$2" 2> /dev/null | grep -qF "$(cat "$proxy/certificates/token")"
}

# Does the name of the host lead here? Asking the authority in vain counts against its limits.
points_here() {
  addresses=$(getent ahosts "$1" | awk '{ print $1 }' | sort -u)
  if [ -z "$addresses" ]; then
    reason="$1 has no address in the DNS: set an A record to $(public_address)"
    return 1
  fi
  for address in $addresses; do
    own_addresses | grep -qxF "$address" && continue
    leads_here "$1" "$address" && continue
    reason="$1 points to $address, which is not this server: set its record to $(public_address)"
    return 1
  done
}

#   $1 directory   $2 folder   then the command
lego() {
  server=$1 folder=$2
  shift 2
  mkdir -p "$folder"
  set -- "$image" --path /acme --server "$server" --email "${email:-hostmaster@$host}" --accept-tos --domains "$host" "$@"
  [ ! -e "$app/ca.pem" ] || set -- -v "$app/ca.pem:/ca.pem:ro" -e LEGO_CA_CERTIFICATES=/ca.pem "$@"
  [ ! -e "$app/tls.env" ] || set -- --env-file "$app/tls.env" "$@"
  timeout 300 docker run --rm --network host --user "$(id -u):$(id -g)" --cap-drop ALL --read-only -v "$folder:/acme" "$@" > "$proxy/certificates/lego.log" 2>&1
}

# What the authority said, without what lego says around it.
why() { grep -iE 'error|could not|unable|fail' "$proxy/certificates/lego.log" | tail -n 1 | sed -e 's/^[0-9/: ]*//' -e "s/^.*error: one or more domains had a problem:\$//" | cut -c 1-400; }

failed() {
  tries=$(cut -d ' ' -f 2 "$proxy/certificates/$host.failed" 2> /dev/null || echo 0)
  printf '%s %s %s %s\n' "$(date +%s)" "$((tries + 1))" "$(now)" "$1" | put "$proxy/certificates/$host.failed"
  echo "certificate-failed $host $1"
}

# After a failure: an hour, then twice as long each time, a day at most.
too_soon() {
  [ -z "$urgent" ] && [ -e "$proxy/certificates/$host.failed" ] || return 1
  read -r at tries _ < "$proxy/certificates/$host.failed"
  pause=3600
  while [ "$tries" -gt 1 ] && [ "$pause" -lt 86400 ]; do
    pause=$((pause * 2))
    tries=$((tries - 1))
  done
  [ $(($(date +%s) - at)) -lt "$pause" ]
}

# By HTTP-01 the proxy sends the authority's question to lego, see the front end.
obtain() {
  folder=$proxy/acme/$(printf '%s' "$directory" | cksum | cut -d ' ' -f 1)
  challenge="--http --http.port 127.0.0.1:8402"
  [ -z "$dns" ] || challenge="--dns $dns"
  too_soon && return 1
  if [ -e "$folder/certificates/$host.crt" ]; then
    due=--dynamic
    [ "$urgent" != renew ] || due="--days 100000 --ari-disable"
    # shellcheck disable=SC2086  # several words on purpose
    lego "$directory" "$folder" $challenge renew $due --no-random-sleep || { failed "$(why)"; return 1; }
  else
    [ -n "$dns" ] || points_here "$host" || { failed "$reason"; return 1; }
    # shellcheck disable=SC2086
    if [ -n "$rehearsal" ] && ! lego "$rehearsal" "$proxy/acme/rehearsal" $challenge run; then
      failed "$(why)"
      return 1
    fi
    # shellcheck disable=SC2086
    lego "$directory" "$folder" $challenge run || { failed "$(why)"; return 1; }
  fi
  give "$folder/certificates/$host.crt" "$folder/certificates/$host.key"
}

# Puts a certificate and its key where the proxy reads them, and into the running proxy.
give() {
  pem=$proxy/certificates/$host.pem
  # What is on the disk may not have reached the proxy that runs.
  if cat "$1" "$2" | cmp -s - "$pem" && [ -e "$proxy/certificates/$host.given" ]; then
    rm -f "$proxy/certificates/$host.failed"
    echo "certificate $host kept"
    return 0
  fi
  rm -f "$proxy/certificates/$host.given"
  cat "$1" "$2" | put "$pem"
  find "$proxy/certificates" -name '*.pem' -printf '/wherry/certificates/%f\n' | sort | put "$proxy/certificates/list.txt"
  perl "$proxy/client.pl" "$proxy/run/master.sock" certificate "/wherry/certificates/$host.pem" "$pem" || { failed "the proxy does not take the certificate"; return 1; }
  now > "$proxy/certificates/$host.given"
  rm -f "$proxy/certificates/$host.failed"
  echo "certificate $host new"
}

for file in "$proxy"/apps/*/tls; do
  [ -e "$file" ] || continue
  app=${file%/tls}
  if [ -n "$only" ] && [ "${app##*/}" != "$only" ]; then continue; fi
  image='' directory='' rehearsal='' email='' dns='' hosts='' owned='' policy=''
  while read -r key value; do
    case $key in
      image) image=$value ;;
      directory) directory=$value ;;
      rehearsal) rehearsal=$value ;;
      email) email=$value ;;
      dns) dns=$value ;;
      policy) policy=$value ;;
      host) hosts="$hosts $value" ;;
      own) owned="$owned $value" ;;
    esac
  done < "$file"
  for host in $owned; do give "$app/own/$host.crt" "$app/own/$host.key" || :; done
  for host in $hosts; do obtain || :; done
  for host in $owned $hosts; do
    [ ! -e "$proxy/certificates/$host.pem" ] || echo "$host $policy"
  done | put "$app/https.map"
done

cat "$proxy"/apps/*/https.map 2> /dev/null | sort -u | put "$proxy/maps/https.map"
chmod 644 "$proxy/maps/https.map"
perl "$proxy/client.pl" "$proxy/run/master.sock" map /wherry/maps/https.map "$proxy/maps/https.map"
