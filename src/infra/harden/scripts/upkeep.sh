timer_unit() { printf '[Unit]\nDescription=%s\n[Timer]\nOnCalendar=%s\nRandomizedDelaySec=10min\nPersistent=true\n[Install]\nWantedBy=timers.target' "$1" "$2"; }
service_unit() { printf '[Unit]\nDescription=%s\n[Service]\nType=oneshot\nNice=15\nExecStart=/bin/sh %s/%s.sh' "$1" "$programs" "$2"; }

# A program of ours that systemd runs: NAME, DESCRIPTION, WHEN, TEXT.
job_is() { holds "$programs/$1.sh" "$4" && holds "/etc/systemd/system/wherry-$1.service" "$(service_unit "$2" "$1")" && unit_is "wherry-$1.timer" "$(timer_unit "$2" "$3")" && systemctl is-active --quiet "wherry-$1.timer"; }
job_fix() {
  printf '%s\n' "$4" | install_file "$programs/$1.sh" 755
  printf '%s\n' "$(service_unit "$2" "$1")" | install_file "/etc/systemd/system/wherry-$1.service" 644
  printf '%s\n' "$(timer_unit "$2" "$3")" | install_file "/etc/systemd/system/wherry-$1.timer" 644
  systemctl daemon-reload
  systemctl enable --quiet --now "wherry-$1.timer"
}

check_image_cleanup() {
  need_engine
  job_is cleanup "Removes images that no release needs" daily "$cleanup_program" || fail "old images stay until the disk is full"
  pass "every day; what a kept release needs stays"
}
fix_image_cleanup() { job_fix cleanup "Removes images that no release needs" daily "$cleanup_program"; }
undo_image_cleanup() { drop_units wherry-cleanup.timer; }
apply_image_cleanup() { systemctl daemon-reload; }

check_alerts() {
  job_is alerts "Tells when a disk fills up or a certificate ends" '*:0/30' "$alerts_program" || fail "nobody is told before a disk is full or a certificate ends"
  has openssl || fail "when a certificate ends is not seen: openssl is not there"
  if [ -s "$record/alerts" ]; then pass "looked at every half hour; now: $(tr '\n' ';' < "$record/alerts")"; fi
  pass "looked at every half hour"
}
fix_alerts() {
  apt_install openssl
  job_fix alerts "Tells when a disk fills up or a certificate ends" '*:0/30' "$alerts_program"
}
undo_alerts() { drop_units wherry-alerts.timer; }
apply_alerts() { systemctl daemon-reload; }

check_wherry_folder() {
  home=$(getent passwd "$login" | cut -d: -f6)
  for folder in /var/lib/wherry "$home/.local/state/wherry"; do
    [ -d "$folder" ] || continue
    [ "$(stat -c %a "$folder")" = 700 ] || fail "$folder: others may look into it, and secrets are in it"
    [ "$(stat -c %U "$folder")" = "$login" ] || unknown "$folder belongs to $(stat -c %U "$folder"), not to $login"
    pass "$folder is $login's alone"
  done
  na "nothing was deployed here yet"
}
fix_wherry_folder() {
  home=$(getent passwd "$login" | cut -d: -f6)
  for folder in /var/lib/wherry "$home/.local/state/wherry"; do
    [ -d "$folder" ] || continue
    remember_mode "$folder"
    chmod 700 "$folder"
  done
}
