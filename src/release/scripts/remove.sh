# Removes an environment: containers, networks, files, images that no other one needs. Volumes only if asked.
#   $1 "volumes" to remove them and the data folder as well
mine="--filter label=wherry.app=$app --filter label=wherry.environment=$environment"
# shellcheck disable=SC2086  # several words on purpose
{
  containers=$(docker ps -aq $mine)
  [ -z "$containers" ] || docker stop $containers > /dev/null
  [ -z "$containers" ] || docker rm -v $containers > /dev/null
  networks=$(docker network ls -q $mine)
  [ -z "$networks" ] || docker network rm $networks > /dev/null
  if [ "$1" = volumes ]; then
    volumes=$(docker volume ls -q $mine)
    [ -z "$volumes" ] || docker volume rm $volumes > /dev/null
    rm -rf "$home/data"
  fi
}
for octet in "$state"/networks/*; do
  case $(cat "$octet" 2>/dev/null) in "$app/$environment/"*) rm -f "$octet" ;; esac
done
rm -rf "$home/releases" "$home/base" "$home/slots" "$home/incoming" "$home/live" "$home/canary" "$home/warm" "$home/notify" "$home/verdict" "$home/current" "$home/salt" "$home/ledger.jsonl" "$home/job.log" "$home/backup" "$home/backups.jsonl" "$home/move" "$home/moving" "$home/moved" "$home/arriving" "$home/arrived" "$home/moved-from"
remove_unneeded
if [ -e "$home/maintenance" ]; then
  rm -f "$home/maintenance"
  (flock 7; tell_maintenance "$app-$environment") 7>> "$proxy/lock"
fi
if [ -e "$home/balancer" ]; then
  path=$(cat "$home/balancer")
  rm -f "$home/balancer" "$home/leaving"
  (flock 7; tell_health "$path") 7>> "$proxy/lock"
fi
# The guard takes the folder away when it lets go of the lock.
: > "$home/removed"
for kept in $(docker volume ls -q --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment"); do say "kept $kept"; done
[ ! -d "$home/data" ] || [ -z "$(ls -A "$home/data")" ] || say "kept $home/data"
