# Can the new server be reached from here, so that requests can be sent on?   $1 address; empty: not known   then hosts
address=$1
shift
ports=80
for host in "$@"; do
  [ -s "$proxy/certificates/$host.pem" ] || continue
  say "secured $host"
  ports="80 443"
done
[ -n "$address" ] || exit 0
# An address of this server itself would send requests round in a circle.
for own in $(hostname -I); do
  ! getent ahosts "$address" | grep -q "^$own " || exit 0
done
for port in $ports; do
  perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => $ARGV[1], Timeout => 3)' "$address" "$port" || exit 0
done
say "reached $address"
