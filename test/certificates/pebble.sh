# Starts Pebble, an ACME authority for tests, inside a test server; names resolve to the server itself.
# Prints its own certificate, and that of the authority in whose name it signs.
#   $1 host names (space separated) that lead here   $2 `shared`: other servers reach it as well, at the address of this one
set -e
address=$(hostname -I | tr ' ' '\n' | grep -v '\.1$' | head -n 1)
listen=127.0.0.1
[ "${2-}" != shared ] || listen=$address
mkdir -p /srv/pebble
cd /srv/pebble
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 30 \
  -subj /CN=pebble -addext "subjectAltName=IP:$listen" 2> /dev/null
cat > config.json <<JSON
{ "pebble": { "listenAddress": "$listen:14000", "managementListenAddress": "127.0.0.1:15000",
  "certificate": "/srv/pebble/cert.pem", "privateKey": "/srv/pebble/key.pem", "httpPort": 80, "tlsPort": 443,
  "ocspResponderURL": "", "externalAccountBindingRequired": false } }
JSON
systemd-run --quiet --unit=challtestsrv pebble-challtestsrv -defaultIPv4 "$address" -defaultIPv6 '' -http01 '' -https01 '' \
  -tlsalpn01 '' -doh '' -dns01 127.0.0.1:8053 -management 127.0.0.1:8055
systemd-run --quiet --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 pebble -config /srv/pebble/config.json -dnsserver 127.0.0.1:8053
for name in $1; do echo "$address $name" >> /etc/hosts; done
cat cert.pem
curl -sk --retry 20 --retry-delay 1 --retry-connrefused "https://127.0.0.1:15000/roots/0"
