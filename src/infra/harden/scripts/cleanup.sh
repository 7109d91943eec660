# Written by wherry server harden; run every day. Removes what Wherry brought and no kept release needs: images named
# wherry/APP/SERVICE that stand in no release.json, and layers that have no name any more. Images of others, volumes and
# whatever a container uses stay. Where it is not sure of everything that is kept, nothing goes.
stop() { echo "$1: nothing is removed" >&2; exit 1; }

# Images arrive before the release that needs them is written down. So this comes first: what arrives from here on is not
# in it, and what arrived before belongs to a deployment that is either written down or still holds its lock.
images=$(docker image ls --filter 'reference=wherry/*/*' --format '{{.Repository}}:{{.Tag}}') || stop "the engine does not answer"
accounts=$(getent passwd) && [ -n "$accounts" ] || stop "the homes of the accounts are not known"
states=$(printf '%s\n' "$accounts" | awk -F: '{ sub(/\/+$/, "", $6) } !seen[$6]++ { print $6 "/.local/state/wherry" }') || stop "the homes of the accounts are not known"
IFS='
'
# In memory: with a full disk a list in a file would be a shorter one.
keep=
for state in /var/lib/wherry $states; do
  [ -d "$state/apps" ] || continue
  for lock in "$state"/apps/*/*/lock; do
    [ -e "$lock" ] || continue
    flock -n -s "$lock" true || { echo "a deployment is under way: next time"; exit 0; }
  done
  files=$(find -L "$state/apps" -mindepth 5 -maxdepth 5 -path '*/releases/*/release.json') || stop "$state/apps cannot be read"
  for file in $files; do
    release=$(cat "$file") && [ -n "$release" ] || stop "$file cannot be read"
    keep=$keep$release
  done
done
for image in $images; do
  case $keep in *"\"image\":\"$image\""*) continue ;; esac
  # Not by force: one that a container uses stays.
  docker image rm "$image" > /dev/null 2>&1 && echo "removed $image"
done
docker image prune --force --filter until=48h > /dev/null
