# From here on this server does not come back by itself: the new one has the data. Who still comes here is sent on to it,
# where it can be reached: `send_on` gives the proxy the new server as the only back end, with the arguments of this script.
#   $moved what is known of the move (JSON)   $line the ledger's line   then the arguments of send_on; none: nobody is sent on
sent=
if [ $# != 0 ]; then
  own=$proxy/apps/$1
  rm -rf "$home/proxy-before"
  cp -a "$own" "$home/proxy-before"
  if send_on "$@"; then
    sent=yes
    say sent-on
  else
    rm -rf "$own"
    cp -a "$home/proxy-before" "$own"
    rm -f "$proxy/reload-pending"
  fi
  rm -rf "$home/proxy-before"
fi
{ printf '%s\n' "$moved"; sed 1d "$home/moving"; } | put "$home/moved"
rm -f "$home/moving"
record_line "$line"
[ -z "$sent" ] || move_page_off
