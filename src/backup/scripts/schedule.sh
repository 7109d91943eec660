# Lets the system run the backup by itself: systemd, else cron. Tells `scheduled HOW` or `unscheduled`.
#   $1 on or off   $2 seconds between two   $3 time of day instead, or empty
unit=wherry-backup-$app-$environment
program=$home/backup/backup.sh
service="[Unit]
Description=Backup of $app $environment
# When the server shuts down this ends first, as Docker is needed to start what was stopped.
After=docker.service network-online.target
[Service]
Type=oneshot
Nice=10
ExecStart=/bin/sh $program $app $environment run schedule
# Also where it was killed.
ExecStopPost=/bin/sh $program $app $environment settle"
if [ -n "$3" ]; then
  when="OnCalendar=*-*-* $3:00
Persistent=true"
else
  when="OnActiveSec=$2s
OnBootSec=10min
OnUnitActiveSec=$2s"
fi
timer="[Unit]
Description=Backup of $app $environment
[Timer]
$when
AccuracySec=1s
[Install]
WantedBy=timers.target"

same() { printf '%s\n' "$1" | cmp -s - "$2"; }

#   $1 folder of the units   then systemctl and its options, as this user may run it
by_systemd() {
  units=$1
  shift
  if [ "$wanted" = off ]; then
    [ -e "$units/$unit.timer" ] || return 0
    "$@" disable --now "$unit.timer"
    $root rm -f "$units/$unit.timer" "$units/$unit.service"
    "$@" daemon-reload
    return
  fi
  if ! same "$service" "$units/$unit.service" || ! same "$timer" "$units/$unit.timer"; then
    printf '%s\n' "$service" | $root tee "$units/$unit.service" > /dev/null
    printf '%s\n' "$timer" | $root tee "$units/$unit.timer" > /dev/null
    $root chmod 644 "$units/$unit.service" "$units/$unit.timer"
    "$@" daemon-reload
    "$@" restart "$unit.timer"
  fi
  "$@" enable --now "$unit.timer"
}

wanted=$1
if [ "$(id -u)" = 0 ]; then root=; elif sudo -n true 2> /dev/null; then root=sudo; else root=none; fi
# Where it was left the other way once, it must not run twice.
by_cron() { crontab -l 2> /dev/null | grep -vF "$program" || :; }
if command -v crontab > /dev/null && crontab -l 2> /dev/null | grep -qF "$program"; then by_cron | crontab -; fi

if [ -d /run/systemd/system ] && [ "$root" != none ]; then
  service="$service
User=$(id -un)"
  by_systemd /etc/systemd/system $root systemctl
  how=systemd
elif [ -d /run/systemd/system ] && systemctl --user show-environment > /dev/null 2>&1 && loginctl enable-linger 2> /dev/null; then
  root=
  mkdir -p "$HOME/.config/systemd/user"
  by_systemd "$HOME/.config/systemd/user" systemctl --user
  how=systemd
elif command -v crontab > /dev/null; then
  if [ "$wanted" = on ]; then
    if [ -n "$3" ]; then line="${3#*:} ${3%:*} * * * /bin/sh $program $app $environment run schedule"; else line="*/5 * * * * /bin/sh $program $app $environment due"; fi
    { by_cron; echo "$line > /dev/null 2>&1"; } | crontab -
  fi
  how=cron
else
  how=
fi
if [ "$wanted" = off ] || [ -z "$how" ]; then
  rm -f "$home/backup/scheduled"
  [ "$wanted" = off ] || { problem unschedulable "the server has neither systemd nor cron that this user may use"; exit 1; }
  say unscheduled
else
  printf '%s\n' "$how" | put "$home/backup/scheduled"
  say "scheduled $how"
fi
