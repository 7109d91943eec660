# Tells how the copies stand: the last lines of the record, and whether the system makes them by itself.
if [ -e "$home/backup/scheduled" ]; then say "backup-scheduled $(cat "$home/backup/scheduled")"; fi
if [ -e "$home/backups.jsonl" ]; then
  for pattern in '"kind":"backup"' '"kind":"backup".*"outcome":"succeeded"' '"kind":"drill"'; do
    line=$(grep "$pattern" "$home/backups.jsonl" | tail -n 1)
    [ -z "$line" ] || say "backup-record $line"
  done
fi
