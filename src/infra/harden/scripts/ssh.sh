# What sshd does for a user, not what its files say: the first value wins, and Match changes it.
sshd_for() { mkdir -p /run/sshd; cached "sshd.$1" sshd -T -C "user=$1,host=localhost,addr=203.0.113.1"; }
sshd_value() { sshd_for "$1" | awk -v key="$2" '$1 == key { $1 = ""; sub(/^ /, ""); print; exit }'; }
need_sshd() {
  has sshd || na "no OpenSSH server here"
  [ -n "$(sshd_for "$login")" ] || fail "sshd does not accept its own configuration: $(sshd -t 2>&1 | head -n 1)"
}

# 00: cloud images bring 50-cloud-init.conf, and the first value wins.
ssh_fix() {
  printf '# Written by wherry server harden.\n%s\n' "$1" | install_file "/etc/ssh/sshd_config.d/00-wherry-$id.conf" 600
  ssh_reload
}
ssh_reload() {
  mkdir -p /run/sshd
  sshd -t || return 1
  # Connections stay. Where a socket starts sshd, a new one reads the new configuration anyway.
  systemctl try-reload-or-restart ssh.service || return 1
  forget
}

check_ssh_valid() {
  has sshd || na "no OpenSSH server here"
  mkdir -p /run/sshd
  sshd -t 2> /dev/null || fail "$(sshd -t 2>&1 | head -n 1)"
  grep -Eqi '^[[:space:]]*Include[[:space:]]+/etc/ssh/sshd_config\.d/\*\.conf' /etc/ssh/sshd_config || fail "/etc/ssh/sshd_config does not include /etc/ssh/sshd_config.d/*.conf"
  pass "valid, with drop-ins"
}

sshd_folder=/etc/ssh
# Lines FILE KEY VALUE of what Match blocks set for some and not for others; Match all is for everybody. What is included
# inside of a block is part of it.
#   $1 file   $2 not empty: inside of a block   $3 how deep
ssh_conditional() (
  inside=$2
  awk '{ gsub(/[="\t]/, " "); $1 = tolower($1); print }' "$1" | while read -r key value rest; do
    case $key in
      '' | '#'*) ;;
      match) if [ "$value" = all ]; then inside=$2; else inside=yes; fi ;;
      include)
        [ "$3" -lt 16 ] || continue
        cd "$sshd_folder" || continue
        for file in $value $rest; do
          case $file in /*) ;; *) file=$sshd_folder/$file ;; esac
          if [ -f "$file" ]; then ssh_conditional "$file" "$inside" $(($3 + 1)); fi
        done
        ;;
      *) if [ -n "$inside" ]; then echo "$1 $key $value"; fi ;;
    esac
  done
)
# Sshd is asked for one user: what others get by a Match block is not known from that.
#   $1 keys and $2 values that are good, as patterns
ssh_others() {
  cached conditional ssh_conditional "$sshd_folder/sshd_config" '' 0 | awk -v keys="^($1)\$" -v good="^($2)\$" '$2 ~ keys && tolower($3) !~ good { print $2 " " $3 " in a Match block of " $1; exit }'
}
# The first value wins: what stands in sshd_config before its Include is not for a drop-in to change.
#   $1 keys and $2 values that are good, as patterns
ssh_before() {
  awk -v keys="^($1)\$" -v good="^($2)\$" -v file="$sshd_folder/sshd_config" '{ line = $0; gsub(/[="\t]/, " "); key = tolower($1) }
    key == "include" || key == "match" { exit }
    key ~ keys && tolower($2) !~ good { print "; take out line " NR " of " file " (" line "): it comes before the Include, so no drop-in changes it"; exit }' "$sshd_folder/sshd_config" 2> /dev/null
}
# Accounts that somebody may log in as.
ssh_accounts() { getent passwd | awk -F: '$7 !~ /\/(nologin|false|sync|shutdown|halt)$/ { print $1 }'; }

# Who logs in as root must still be able to.
root_login() { if [ "$login" = root ]; then echo prohibit-password; else echo no; fi; }
check_ssh_root_login() {
  need_sshd
  is=$(sshd_value root permitrootlogin)
  good=no
  [ "$login" != root ] || good='no|without-password|prohibit-password|forced-commands-only'
  others=$(ssh_others permitrootlogin "$good")
  case $is in
    no)
      [ -z "$others" ] || unknown "no for most, but not from everywhere: $others"
      pass "root is shut out"
      ;;
    without-password | prohibit-password | forced-commands-only)
      if [ "$login" = root ]; then
        [ -z "$others" ] || unknown "by key alone for most, but not from everywhere: $others"
        pass "by key alone: deployments log in as root"
      fi
      keys=$(grep -c '^[^#]' /root/.ssh/authorized_keys 2> /dev/null)
      fail "root may log in by key (keys that end with it: ${keys:-0})$(ssh_before permitrootlogin no)"
      ;;
  esac
  fail "root may log in: PermitRootLogin $is$(ssh_before permitrootlogin no)"
}
fix_ssh_root_login() { ssh_fix "PermitRootLogin $(root_login)"; }
apply_ssh_root_login() { ssh_reload; }

check_ssh_passwords() {
  need_sshd
  wrong=
  for key in passwordauthentication kbdinteractiveauthentication permitemptypasswords; do
    [ "$(sshd_value "$login" "$key")" = no ] || wrong="$wrong $key"
  done
  [ -z "$wrong" ] || fail "open:$wrong$(ssh_before 'passwordauthentication|kbdinteractiveauthentication|challengeresponseauthentication|permitemptypasswords' no)"
  others=$(ssh_others 'passwordauthentication|kbdinteractiveauthentication|challengeresponseauthentication|permitemptypasswords' no)
  [ -z "$others" ] || unknown "keys alone for $login, but not for everybody: $others"
  # A Match block may have shut out passwords for this user alone.
  if [ -n "$(cached conditional :)" ]; then
    for account in $(ssh_accounts); do
      for key in passwordauthentication kbdinteractiveauthentication permitemptypasswords; do
        [ "$(sshd_value "$account" "$key")" = no ] || fail "open for $account: $key"
      done
    done
  fi
  pass "keys alone"
}
fix_ssh_passwords() {
  ssh_fix 'PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no'
}
apply_ssh_passwords() { ssh_reload; }

check_ssh_x11() {
  need_sshd
  [ "$(sshd_value "$login" x11forwarding)" = no ] || fail "X11Forwarding yes$(ssh_before x11forwarding no)"
  pass "no X11"
}
fix_ssh_x11() { ssh_fix 'X11Forwarding no'; }
apply_ssh_x11() { ssh_reload; }

check_ssh_tries() {
  need_sshd
  tries=$(sshd_value "$login" maxauthtries) grace=$(sshd_value "$login" logingracetime)
  [ "$tries" -le 4 ] || fail "$tries tries for each connection$(ssh_before maxauthtries '[1-4]')"
  if [ "$grace" = 0 ] || [ "$grace" -gt 60 ]; then fail "$grace s to log in$(ssh_before logingracetime '')"; fi
  pass "$tries tries in $grace s"
}
fix_ssh_tries() {
  ssh_fix 'MaxAuthTries 4
LoginGraceTime 60'
}
apply_ssh_tries() { ssh_reload; }

check_ssh_idle() {
  need_sshd
  every=$(sshd_value "$login" clientaliveinterval) times=$(sshd_value "$login" clientalivecountmax)
  if [ "$every" = 0 ] || [ "$times" = 0 ]; then fail "connections that are dead stay for ever$(ssh_before 'clientaliveinterval|clientalivecountmax' '')"; fi
  pass "asked every $every s, $times times"
}
fix_ssh_idle() {
  ssh_fix 'ClientAliveInterval 60
ClientAliveCountMax 3'
}
apply_ssh_idle() { ssh_reload; }

ssh_private() { find /etc/ssh -maxdepth 1 -name 'ssh_host_*_key' -type f; echo /etc/ssh/sshd_config; }
ssh_open() { ssh_private | while read -r file; do find "$file" \( -perm /077 -o ! -user root \) -print; done; }
check_ssh_files() {
  has sshd || na "no OpenSSH server here"
  open=$(ssh_open | tr '\n' ' ')
  [ -z "$open" ] || fail "others than root may read: $open"
  pass "root alone"
}
fix_ssh_files() {
  ssh_open | while read -r file; do
    remember_mode "$file"
    chown root:root "$file"
    chmod 600 "$file"
  done
}
