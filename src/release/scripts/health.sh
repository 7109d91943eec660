# What the proxy thinks of the servers of this environment: back end, server, retries since the last reload, status.
[ -e "$proxy/run/master.sock" ] || exit 0
proxy_say 'show stat' | awk -F, -v owner="$app-$environment-" \
  'index($1, owner) == 1 && $2 != "BACKEND" && $2 != "FRONTEND" { print "stat", $1, $2, $16, $18 }' >&3
