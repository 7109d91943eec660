# Written by wherry server harden; run every half hour. Says in the journal, and to the channels of `notify:` that want to
# know of "attention", when a disk is nearly full, a certificate ends soon, or a restart is due. What was told is told
# again when it changes, and once a day for as long as it lasts.
record=/var/lib/wherry-hardening

# Wherry's folders of all accounts.
homes=$(getent passwd | awk -F: '{ sub(/\/+$/, "", $6) } !seen[$6]++ { print $6 "/.local/state/wherry" }')
IFS='
'

# Every disk of its own, the volume below Docker's volumes among them, and / whatever it is made of.
#   $1 option of df
disks() {
  {
    df -P ${1:+"$1"} /
    df -P -l ${1:+"$1"} -x tmpfs -x devtmpfs -x overlay -x squashfs -x iso9660 -x efivarfs
  } 2> /dev/null | awk '$5 ~ /^[0-9]+%$/ { print $6, $5 + 0 }' | sort -u
}
# In steps of five, so that it is not told anew with each percent.
nearly_full() {
  while IFS=' ' read -r mount percent; do
    if [ "$percent" -ge 85 ]; then echo "the disk of $mount $1 $((percent - percent % 5)) %$2"; fi
  done
}

# Only of hosts that an app still has.
certificates() {
  for state in /var/lib/wherry $homes; do
    for file in "$state"/proxy/certificates/*.pem; do
      [ -e "$file" ] || continue
      host=${file##*/}
      host=${host%.pem}
      cut -d ' ' -f 1 "$state/proxy/maps/https.map" 2> /dev/null | grep -qxF -- "$host" || continue
      if ! command -v openssl > /dev/null; then echo "nobody knows when the certificate of $host ends: openssl is not there"
      elif ! openssl x509 -noout -checkend 1209600 -in "$file" > /dev/null 2>&1; then echo "the certificate of $host ends within two weeks"; fi
    done
  done
}

# In memory: on a full disk they have to be told all the same.
lines=$({
  disks '' | nearly_full is ' full'
  disks -i | nearly_full has ' of its inodes in use'
  certificates
  if [ -e /run/reboot-required ]; then echo "updates wait for a restart"; fi
} | sort -u)

lasts() { [ ! -e "$record/alerts.told" ] || [ -n "$(find "$record/alerts.told" -mmin +1430)" ]; }
if [ -n "$lines" ] && { lasts || [ "$lines" != "$(cat "$record/alerts" 2> /dev/null)" ]; }; then
  for line in $lines; do logger -t wherry -p daemon.err "$line"; done
  for state in /var/lib/wherry $homes; do
    for home in "$state"/apps/*/*; do
      [ -s "$home/notify" ] || continue
      app=${home%/*} environment=${home##*/}
      app=${app##*/}
      notify attention "$(hostname) needs attention" "$lines" 3>&1
    done
  done
  touch "$record/alerts.told"
fi
if { [ -z "$lines" ] || printf '%s\n' "$lines"; } > "$record/alerts.new"; then mv -f "$record/alerts.new" "$record/alerts"
else rm -f "$record/alerts.new"; fi
