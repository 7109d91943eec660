# The new server of a move that is taken back: it stops, and everything that it has stays. Cut off, it does the rest.
#   $1 what is known of it (JSON)   $2 page in base64
move_page_on "$2"
if [ ! -e "$home/moved" ]; then
  slot=$(cut -d ' ' -f 1 "$home/live")
  ran=$(for place in base "$slot"; do containers_of "$place" --filter status=running --filter label=com.docker.compose.oneoff=False; done)
  printf '%s\nours\n%s\n' "$1" "$ran" | put "$home/moved"
fi
# shellcheck disable=SC2046  # several words on purpose
stop_for_good $(sed 1,2d "$home/moved")
renew_no_more
rm -f "$home/moved-from"
