# Tells which certificates this environment has in the proxy, and what went wrong where it has none; the reader is
# certificate-list.ts.
folder=$proxy/apps/$app-$environment
[ -e "$folder/tls" ] || exit 0
grep -E '^(host|own) ' "$folder/tls" | while read -r source host; do
  say "certificate-of $host $source"
  [ ! -e "$proxy/certificates/$host.failed" ] || say "certificate-trouble $host $(cut -d ' ' -f 3- "$proxy/certificates/$host.failed")"
  proxy_say "show ssl cert /wherry/certificates/$host.pem" | sed -n -e 's/^[Nn]ot \{0,1\}After: /ends /p' -e 's/^Issuer: /issuer /p' | sort -u | while read -r fact; do say "certificate-has $host $fact"; done
done
