# Written by wherry server harden; run every day. Removes what Wherry brought and no kept release needs: images named
# wherry/APP/SERVICE that stand in no release.json, and layers that have no name any more. Images of others, volumes and
# whatever a container uses stay.
keep=$(mktemp)
trap 'rm -f "$keep"' EXIT
for state in /var/lib/wherry /home/*/.local/state/wherry /root/.local/state/wherry; do
  [ -d "$state/apps" ] || continue
  cat "$state"/apps/*/*/releases/*/release.json 2> /dev/null >> "$keep"
  # Images arrive before the release that needs them is written down.
  for lock in "$state"/apps/*/*/lock; do
    [ -e "$lock" ] || continue
    flock -n -s "$lock" true || { echo "a deployment is under way: next time"; exit 0; }
  done
done
docker image ls --filter 'reference=wherry/*/*' --format '{{.Repository}}:{{.Tag}}' | while read -r image; do
  if grep -qF "\"image\":\"$image\"" "$keep"; then continue; fi
  # Not by force: one that a container uses stays.
  docker image rm "$image" > /dev/null 2>&1 && echo "removed $image"
done
docker image prune --force --filter until=48h > /dev/null
