# Runs the program that was placed.   $1 verb   then its arguments
[ -e "$home/backup/backup.sh" ] || { problem no-backup "nothing was ever copied here"; exit 1; }
sh "$home/backup/backup.sh" "$app" "$environment" "$@" >&3
