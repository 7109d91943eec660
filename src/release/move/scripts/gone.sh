# From here on this server does not come back by itself: the new one has the data. Who still comes here is sent on to it,
# where it can be reached: `send_on` gives the proxy the new server as the only back end, with the arguments of this script.
#   $moved what is known of the move (JSON)   $line the ledger's line   $page in base64   then the arguments of send_on; none:
#   nobody is sent on
read -r slot _ < "$home/live"
if [ -n "$(containers_of "$slot" --filter status=running)" ]; then
  problem came-back "the release runs again here: the server, or Docker on it, was restarted"
  exit 1
fi
as_before_restart "$home/moving-restart"
sent=
if [ $# != 0 ]; then
  own=$proxy/apps/$1
  rm -rf "$home/proxy-before"
  cp -a "$own" "$home/proxy-before"
  # Not as a condition, in which it would go on after a failure.
  set +e
  (set -e; send_on "$@")
  failed=$?
  set -e
  if [ "$failed" = 0 ]; then
    sent=yes
    say sent-on
  else
    rm -rf "$own"
    cp -a "$home/proxy-before" "$own"
    rm -f "$proxy/reload-pending"
  fi
  rm -rf "$home/proxy-before"
fi
renew_no_more
{ printf '%s\n' "$moved"; sed 1d "$home/moving"; } | put "$home/moved"
rm -f "$home/moving"
record_line "$line"
if [ -n "$sent" ]; then move_page_off; else move_page_on "$page"; fi
