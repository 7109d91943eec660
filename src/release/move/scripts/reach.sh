# Can the new server be reached from here, so that requests can be sent on?   $1 address; empty: not known   then hosts
# Tells `secured HOST AUTHORITIES` for each host with a certificate: what the proxy has to trust, to know the new server by it.
address=$1
shift
own=$proxy/apps/$app-$environment
self_signed() {
  # The last one of a chain: whoever sends it along is his own authority.
  found=$(awk '/-----BEGIN/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }' "$1" | openssl x509 -noout -subject -issuer 2> /dev/null | sed 's/^[a-z]*=//' | uniq | wc -l)
  [ "$found" = 1 ]
}
authorities_of() {
  if [ -e "$own/ca.pem" ] && grep -qxF "host $1" "$own/tls"; then echo "/wherry/apps/$app-$environment/ca.pem"
  elif [ -e "$own/own/$1.crt" ] && self_signed "$own/own/$1.crt"; then echo "/wherry/apps/$app-$environment/own/$1.crt"
  else echo @system-ca; fi
}
ports=80
for host in "$@"; do
  [ -s "$proxy/certificates/$host.pem" ] || continue
  say "secured $host $(authorities_of "$host")"
  ports="80 443"
done
[ -n "$address" ] || exit 0
# An address of this server itself would send requests round in a circle.
for mine in $(hostname -I); do
  ! getent ahosts "$address" | grep -q "^$mine " || exit 0
done
for port in $ports; do
  perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => $ARGV[1], Timeout => 3)' "$address" "$port" || exit 0
done
say "reached $address"
