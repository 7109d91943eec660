check_uid_zero() {
  others=$(awk -F: '$3 == 0 && $1 != "root" { printf "%s ", $1 }' /etc/passwd)
  [ -z "$others" ] || fail "accounts that are root by another name: $others"
  pass "root alone"
}

shadow=/etc/shadow
no_password() { awk -F: '$2 == "" { print $1 }' "$shadow"; }
check_empty_passwords() {
  open=$(no_password | tr '\n' ' ')
  [ -z "$open" ] || fail "accounts without a password: $open"
  pass "none"
}
fix_empty_passwords() {
  for account in $(no_password); do
    remember_line accounts "$account"
    passwd -q -l "$account"
  done
}
# The file has other accounts, and other passwords, by now: only what is still as passwd -l left it goes back.
undo_empty_passwords() {
  [ -e "$1/accounts" ] || return 0
  for account in $(awk -F: 'FILENAME == ARGV[1] { ours[$1]; next } $1 in ours && $2 == "!" { print $1 }' "$1/accounts" "$shadow"); do
    passwd -q -d "$account" || return 1
  done
}

check_login_user() {
  [ "$login" != root ] || fail "deployments log in as root"
  pass "$login"
}

check_docker_group() {
  getent group docker > /dev/null || na "no group docker here"
  members=$(getent group docker | cut -d: -f4 | tr , '\n' | grep -vxF -- "$login" | tr '\n' ' ')
  [ -z "$members" ] || fail "besides $login: $members"
  pass "nobody but $login"
}

# Ubuntu 26.04 has sudo-rs: it writes to the journal, and knows no file for it.
sudo_rs() { sudo --version 2>&1 | head -n 1 | grep -q sudo-rs; }
sudo_rules() {
  echo '# Written by wherry server harden.
Defaults use_pty'
  sudo_rs || echo 'Defaults logfile="/var/log/sudo.log"'
}
sudo_says() { grep -rhE "^[[:space:]]*Defaults[[:space:]]+([^#]*,[[:space:]]*)?$1" /etc/sudoers /etc/sudoers.d > /dev/null 2>&1; }
check_sudo_rules() {
  has sudo || na "no sudo here"
  visudo -c > /dev/null 2>&1 || fail "$(visudo -c 2>&1 | grep -v 'parsed OK' | head -n 1)"
  missing=
  sudo_says use_pty || missing="$missing use_pty"
  ! sudo_says '!use_pty' || missing="$missing use_pty"
  sudo_rs || sudo_says 'logfile' || missing="$missing logfile"
  [ -z "$missing" ] || fail "not set:$missing"
  if sudo_rs; then pass "commands have a terminal of their own, and are logged in the journal"; fi
  pass "commands have a terminal of their own, and are logged in /var/log/sudo.log"
}
fix_sudo_rules() {
  # Others may read it: visudo calls that an error, and sudo in some versions as well.
  for file in /etc/sudoers /etc/sudoers.d/*; do
    if [ ! -f "$file" ] || [ "$(stat -c %a "$file")" = 440 ]; then continue; fi
    remember_mode "$file"
    chmod 440 "$file"
  done
  # First elsewhere: a file with an error in it locks everybody out of sudo.
  sudo_rules > "$record/sudo.try"
  chmod 440 "$record/sudo.try"
  visudo -c -q -f "$record/sudo.try"
  rm -f "$record/sudo.try"
  sudo_rules | install_file /etc/sudoers.d/00-wherry-hardening 440
  visudo -c -q
}
