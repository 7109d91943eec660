# The old server serves again, with the data that it had when it was left. Its own back ends are in the proxy already.
#   $1 what is known of where it was (JSON)
[ -e "$home/moved" ] || { problem not-moved "this server was not moved away from"; exit 1; }
printf '%s\n' "$1" | put "$home/moved-from"
serve_again moved
