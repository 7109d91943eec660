# Runs the program that was placed.   $1 verb   then its arguments
[ -e "$home/backup/backup.sh" ] || { problem no-backup "nothing was ever copied here"; exit 1; }
status=0
sh "$home/backup/backup.sh" "$app" "$environment" "$@" >&3 || status=$?
# Killed: what it would have done in the end is done here.
[ "$status" -le 128 ] || settle_copies 60
exit "$status"
