# The move is done: the new server remembers where it came from until that is confirmed.
[ ! -e "$home/arrived" ] || mv -f "$home/arrived" "$home/moved-from"
rm -rf "$home/move"
