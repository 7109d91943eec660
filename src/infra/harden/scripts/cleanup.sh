# Written by wherry server harden; run every day. Removes what Wherry brought and no kept release needs: images named
# wherry/APP/SERVICE that stand in no release.json, and layers that have no name any more. Images of others, volumes and
# whatever a container uses stay.

# Images arrive before the release that needs them is written down. So this comes first: what arrives from here on is not
# in it, and what arrived before belongs to a deployment that is either written down or still holds its lock.
images=$(docker image ls --filter 'reference=wherry/*/*' --format '{{.Repository}}:{{.Tag}}') || exit 1
keep=$(mktemp)
trap 'rm -f "$keep"' EXIT
for state in /var/lib/wherry /home/*/.local/state/wherry /root/.local/state/wherry; do
  [ -d "$state/apps" ] || continue
  for lock in "$state"/apps/*/*/lock; do
    [ -e "$lock" ] || continue
    flock -n -s "$lock" true || { echo "a deployment is under way: next time"; exit 0; }
  done
  cat "$state"/apps/*/*/releases/*/release.json 2> /dev/null >> "$keep"
done
for image in $images; do
  if grep -qF "\"image\":\"$image\"" "$keep"; then continue; fi
  # Not by force: one that a container uses stays.
  docker image rm "$image" > /dev/null 2>&1 && echo "removed $image"
done
docker image prune --force --filter until=48h > /dev/null
