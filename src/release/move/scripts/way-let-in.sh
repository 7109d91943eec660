# The new server lets that key in, for a week at most, to fill the pipes of the streams and for nothing else. Tells how it is
# reached: `way-user NAME`, `way-port NUMBER`, `way-host-key KEY` for each.
#   $1 key   $2 how many streams
way_close
mkdir "$home/way"
i=0
while [ "$i" -lt "$2" ]; do
  i=$((i + 1))
  mkfifo "$home/way/$i"
done
cat > "$home/way/let-in" <<'PROGRAM'
cd "${0%/*}" || exit
case $SSH_ORIGINAL_COMMAND in
  try) echo open ;;
  # Not a redirection: it would wait for ever where nobody reads any more.
  [1-9] | [1-9][0-9]) exec perl -MFcntl -e 'for (1 .. 300) { sysopen(STDOUT, $ARGV[0], O_WRONLY | O_NONBLOCK) or select(undef, undef, undef, 0.1), next; fcntl(STDOUT, F_SETFL, 0); exec "cat" } exit 1' "$SSH_ORIGINAL_COMMAND" ;;
esac
PROGRAM
mkdir -p ~/.ssh
(
  flock 6
  # Only ever added to: a full disk must not take anybody's key away. A last line without an end gets one.
  [ -z "$(tail -c 1 ~/.ssh/authorized_keys 2> /dev/null)" ] || echo >> ~/.ssh/authorized_keys
  printf 'restrict,expiry-time="%s",command="exec sh '"'%s'"'" %s %s\n' "$(date -d '7 days' +%Y%m%d%H%M)" "$home/way/let-in" "$1" "$(way_mark)" >> ~/.ssh/authorized_keys
) 6>> "$state/way.lock"
say "way-user $(id -un)"
say "way-port $(printf '%s' "$SSH_CONNECTION" | cut -d ' ' -f 4)"
for key in /etc/ssh/ssh_host_*_key.pub; do say "way-host-key $(cut -d ' ' -f 1,2 "$key")"; done
