# Tells the addresses under which others may reach this server. Those of Docker's networks are nobody else's.
ip -o addr show up scope global 2> /dev/null | while read -r _ device family address rest; do
  case "$device" in docker* | br-* | veth*) continue ;; esac
  case "$rest" in *temporary* | *deprecated* | *tentative*) continue ;; esac
  case "$family" in inet | inet6) say "address ${address%/*}" ;; esac
done
# Those that moves have brought here for this environment, and who else serves here.
if [ -e "$home/floating" ]; then
  while read -r address; do say "brought $address"; done < "$home/floating"
fi
for live in "$state"/apps/*/*/live; do
  place=${live%/live}
  if [ -e "$live" ] && [ "$place" != "$home" ] && [ ! -e "$place/moved" ]; then say "other ${place#"$state/apps/"}"; fi
done
