# Tells what belongs to an environment besides what tell_state tells: volumes, and folders with data.
for volume in $(docker volume ls -q --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment"); do say "volume $volume"; done
[ ! -d "$home/data" ] || [ -z "$(ls -A "$home/data")" ] || say "volume $home/data"
