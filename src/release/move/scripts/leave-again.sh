# The new server of a move that is taken back: it stops, and everything that it has stays.
#   $1 what is known of it (JSON)   $2 page in base64
slot=$(cut -d ' ' -f 1 "$home/live")
ran=$(for place in base "$slot"; do containers_of "$place" --filter status=running --filter label=com.docker.compose.oneoff=False; done)
move_page_on "$2"
# shellcheck disable=SC2086  # several words on purpose
stop_for_good $ran
printf '%s\nours\n%s\n' "$1" "$ran" | put "$home/moved"
rm -f "$home/moved-from"
