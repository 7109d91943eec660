apt_says() { apt-config dump "$1" 2> /dev/null | sed -n 's/.*"\(.*\)";$/\1/p' | tail -n 1; }
updates='// Written by wherry server harden.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";'
check_security_updates() {
  dpkg-query -W -f '${Status}' unattended-upgrades 2> /dev/null | grep -q 'ok installed' || fail "unattended-upgrades is not installed"
  [ "$(apt_says APT::Periodic::Unattended-Upgrade)" = 1 ] || fail "not switched on in apt's configuration"
  [ "$(apt_says APT::Periodic::Update-Package-Lists)" = 1 ] || fail "the lists of packages are not fetched every day"
  for timer in apt-daily.timer apt-daily-upgrade.timer; do
    systemctl is-enabled --quiet "$timer" 2> /dev/null || fail "$timer is off: nothing would start it"
  done
  pass "every day, by unattended-upgrades"
}
fix_security_updates() {
  apt_install unattended-upgrades
  printf '%s\n' "$updates" | install_file /etc/apt/apt.conf.d/52wherry-updates 644
  for timer in apt-daily.timer apt-daily-upgrade.timer; do
    if systemctl is-enabled --quiet "$timer" 2> /dev/null; then continue; fi
    remember_word "timer-$timer" "$(systemctl is-enabled "$timer" 2> /dev/null || :)"
    systemctl unmask --quiet "$timer"
    systemctl enable --quiet --now "$timer"
  done
}
undo_security_updates() {
  for file in "$1"/timer-*; do
    [ -e "$file" ] || continue
    systemctl disable --quiet --now "${file##*/timer-}"
    [ "$(cat "$file")" != masked ] || systemctl mask --quiet "${file##*/timer-}"
  done
}

reboot_window='// Written by wherry server harden.
Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-WithUsers "true";
Unattended-Upgrade::Automatic-Reboot-Time "04:00";'
check_reboot_window() {
  [ "$(apt_says Unattended-Upgrade::Automatic-Reboot)" = true ] || fail "a new kernel waits until somebody restarts the server"
  at=$(apt_says Unattended-Upgrade::Automatic-Reboot-Time)
  case $at in '' | now) fail "the server restarts at any time of the day" ;; esac
  pass "at $at by the clock of the server, when an update needs it"
}
fix_reboot_window() { printf '%s\n' "$reboot_window" | install_file /etc/apt/apt.conf.d/52wherry-reboot 644; }

# Kernels of one kind that are installed, as uname calls them: VERSION-KIND, the newest last. A server with two kinds
# starts one of them, and which is not ours to say.
kind_of_kernel() { printf '%s\n' "$1" | sed -E 's/^[0-9][^a-z]*(deb[0-9]+-)?//'; }
installed_kernels() {
  for file in /boot/vmlinuz-*; do
    if [ -e "$file" ] && [ "$(kind_of_kernel "${file#/boot/vmlinuz-}")" = "$1" ]; then echo "${file#/boot/vmlinuz-}"; fi
  done | sort -V
}
check_reboot_pending() {
  [ ! -e /run/reboot-required ] || fail "updates wait for a restart: $(sort -u /run/reboot-required.pkgs 2> /dev/null | head -n 5 | tr '\n' ' ')"
  ! in_container || pass "none; container: the kernel is that of the machine"
  runs=$(uname -r)
  newest=$(installed_kernels "$(kind_of_kernel "$runs")" | tail -n 1)
  [ "${newest:-$runs}" = "$runs" ] || fail "kernel $newest is installed, and $runs runs"
  pass "none; kernel $runs runs"
}

# The first that is installed keeps the clock: two of them would pull at it from both sides.
time_services='chrony systemd-timesyncd ntpsec ntp openntpd'
check_time_sync() {
  ! in_container || na "container: its clock is that of the machine"
  for service in $time_services; do
    systemctl is-active --quiet "$service" || continue
    if [ "$(timedatectl show -p NTPSynchronized --value 2> /dev/null)" = yes ]; then pass "in step, by $service"; fi
    unknown "$service runs, but is not in step yet: it asks time servers by UDP 123"
  done
  fail "nothing keeps the clock right"
}
fix_time_sync() {
  for service in $time_services; do
    if systemctl cat "$service.service" > /dev/null 2>&1; then break; fi
    service=
  done
  if [ -z "$service" ]; then
    service=systemd-timesyncd
    apt_install "$service"
  fi
  remember_word "time-$service" "$(systemctl is-enabled "$service" 2> /dev/null || :)"
  systemctl enable --quiet --now "$service"
}
undo_time_sync() {
  for file in "$1"/time-*; do
    if [ -e "$file" ] && [ "$(cat "$file")" != enabled ]; then systemctl disable --quiet --now "${file##*/time-}"; fi
  done
}

journal='# Written by wherry server harden.
[Journal]
Storage=persistent
SystemMaxUse=500M'
journal_says() { systemd-analyze cat-config systemd/journald.conf 2> /dev/null | sed -n "s/^$1=//p" | tail -n 1; }
check_journal() {
  [ -n "$(journal_says SystemMaxUse)" ] || fail "the journal may take a tenth of the disk"
  case $(journal_says Storage) in persistent) ;; *) [ -d /var/log/journal ] || fail "the journal is gone after a restart" ;; esac
  pass "kept, up to $(journal_says SystemMaxUse)"
}
fix_journal() {
  printf '%s\n' "$journal" | install_file /etc/systemd/journald.conf.d/90-wherry.conf 644
  apply_journal
}
apply_journal() { systemctl restart systemd-journald; }

# Ubuntu's apport sets suid_dumpable to 2 at each boot, after all files: what is dumped then is root's alone.
kernel='kernel.kptr_restrict=2
kernel.dmesg_restrict=1
kernel.yama.ptrace_scope=1/2/3
fs.protected_hardlinks=1
fs.protected_symlinks=1
fs.protected_fifos=1/2
fs.protected_regular=2
fs.suid_dumpable=0/2'
check_kernel() {
  ! in_container || na "container: the kernel is that of the machine"
  wrong=$(sysctl_wrong "$kernel")
  [ -z "$wrong" ] || fail "${wrong%, }"
  pass "as it should be"
}
fix_kernel() { sysctl_fix "$kernel"; }
undo_kernel() { sysctl_undo "$1"; }

# In kB. A server that has more memory has other ways to run out of it.
memory() { awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo; }
# The kernel's own value of 60 moves the memory of a database out while there is still enough. Compressed memory (zram) is
# quick, and wants to be used.
swappiness='vm.swappiness=10'
swaps() { swapon --show=NAME,SIZE --noheadings 2> /dev/null | tr -s ' \n' ' '; }
check_swap() {
  ! in_container || na "container: swap is that of the machine"
  swaps=$(swaps)
  case $swaps in
    '')
      [ "$(memory)" -lt 8000000 ] || na "8 GB of memory or more"
      [ "$(df -Pk / | awk 'NR == 2 { print $4 }')" -gt 10000000 ] || na "there is none, and less than 10 GB of the disk are free for it"
      fail "a peak of memory ends a container, and not always the right one"
      ;;
    */zram*) pass "$swaps" ;;
  esac
  is=$(sysctl -n vm.swappiness) later=$(sysctl_at_boot vm.swappiness)
  [ "$is" -le 30 ] || fail "$swaps; vm.swappiness is $is: memory goes there while there is still enough"
  [ "${later:-$is}" -le 30 ] || fail "$swaps; vm.swappiness is $later after the next boot"
  pass "$swaps; vm.swappiness $is"
}
fix_swap() {
  [ -n "$(swaps)" ] || make_swapfile
  sysctl_fix "$swappiness"
}
fstab=/etc/fstab
swapfile=/swapfile
swap_line() { echo "$swapfile none swap sw 0 0"; }
make_swapfile() {
  if [ -e "$swapfile" ]; then
    echo "$swapfile is there, and is not in use" >&2
    return 1
  fi
  remember_word swapfile made
  (umask 077; fallocate -l 2G "$swapfile")
  mkswap "$swapfile"
  swapon "$swapfile"
  # Its last line may have no end.
  [ ! -s "$fstab" ] || [ -z "$(tail -c 1 "$fstab")" ] || echo >> "$fstab"
  swap_line >> "$fstab"
}
# The file has lines of others by now, such as volumes: only this one goes.
drop_swap_line() {
  grep -qxF -- "$(swap_line)" "$fstab" || return 0
  if cp -a -- "$fstab" "$fstab.wherry-new" &&
    awk -v line="$(swap_line)" '$0 != line' "$fstab" > "$fstab.wherry-new" && mv -f -- "$fstab.wherry-new" "$fstab"; then return 0; fi
  rm -f -- "$fstab.wherry-new"
  return 1
}
undo_swap() {
  if [ -e "$1/swapfile" ]; then
    case " $(swaps)" in *" $swapfile "*) swapoff "$swapfile" || return 1 ;; esac
    drop_swap_line && rm -f "$swapfile" || return 1
  fi
  sysctl_undo "$1"
}

# MODE OWNER PATH: what nobody but root may write, and some nobody else may read.
modes='644 root:root /etc/passwd
644 root:root /etc/group
640 root:shadow /etc/shadow
640 root:shadow /etc/gshadow
600 root:root /etc/crontab
700 root:root /etc/cron.d
700 root:root /etc/cron.daily
700 root:root /etc/cron.hourly
700 root:root /etc/cron.weekly
700 root:root /etc/cron.monthly'
# Stricter is as good.
open_modes() {
  printf '%s\n' "$modes" | while read -r mode owner path; do
    [ -e "$path" ] || continue
    is=$(stat -c %a "$path")
    if [ $((0$is & ~0$mode)) != 0 ] || [ "$(stat -c %U "$path")" != root ]; then echo "$mode $owner $path"; fi
  done
}
check_file_modes() {
  open=$(open_modes | cut -d ' ' -f 3 | tr '\n' ' ')
  [ -z "$open" ] || fail "more than needed may read or write: $open"
  pass "as it should be"
}
fix_file_modes() {
  open_modes | while read -r mode owner path; do
    remember_mode "$path"
    chown "$owner" "$path"
    chmod "$mode" "$path"
  done
}

check_fail2ban() {
  if systemctl is-active --quiet fail2ban && fail2ban-client status sshd > /dev/null 2>&1; then pass "sshd is watched"; fi
  [ -n "$wanted_optional" ] || na "optional: keys alone are let in, so it only keeps the log short; --only fail2ban sets it up"
  fail "it does not run"
}
fix_fail2ban() {
  apt_install fail2ban python3-systemd
  remember_word service "$(systemctl is-enabled fail2ban 2> /dev/null || :)"
  # Debian has no /var/log/auth.log any more.
  printf '# Written by wherry server harden.\n[sshd]\nenabled = true\nbackend = systemd\nmaxretry = 8\nbantime = 10m\n' | install_file /etc/fail2ban/jail.d/90-wherry.conf 644
  systemctl enable --quiet fail2ban
  systemctl restart fail2ban
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if fail2ban-client status sshd > /dev/null 2>&1; then return 0; fi
    sleep 0.5
  done
  return 1
}
undo_fail2ban() { [ "$(cat "$1/service" 2> /dev/null)" = enabled ] || systemctl disable --quiet --now fail2ban; }
