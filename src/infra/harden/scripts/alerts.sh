# Written by wherry server harden; run every half hour. Says in the journal, and to the channels of `notify:` that want to
# know of "attention", when a disk is nearly full, a certificate ends soon, or a restart is due. What was told is told
# again when it changes.
record=/var/lib/wherry-hardening
{
  for folder in / /var /var/lib/docker; do
    [ -d "$folder" ] && df -P "$folder" | awk 'NR == 2 { print $6, $5 + 0 }'
  done | sort -u | while read -r mount percent; do
    if [ "$percent" -ge 85 ]; then echo "the disk of $mount is $((percent - percent % 5)) % full"; fi
  done
  for state in /var/lib/wherry /home/*/.local/state/wherry /root/.local/state/wherry; do
    for file in "$state"/proxy/certificates/*.pem; do
      [ -e "$file" ] || continue
      name=${file##*/}
      if command -v openssl > /dev/null && ! openssl x509 -noout -checkend 1209600 -in "$file" > /dev/null 2>&1; then echo "the certificate of ${name%.pem} ends within two weeks"; fi
    done
  done
  if [ -e /run/reboot-required ]; then echo "updates wait for a restart"; fi
} | sort -u > "$record/alerts.new"
if ! cmp -s "$record/alerts.new" "$record/alerts" && [ -s "$record/alerts.new" ]; then
  while read -r line; do logger -t wherry -p daemon.err "$line"; done < "$record/alerts.new"
  text=$(cat "$record/alerts.new")
  for state in /var/lib/wherry /home/*/.local/state/wherry /root/.local/state/wherry; do
    for home in "$state"/apps/*/*; do
      [ -s "$home/notify" ] || continue
      app=${home%/*} environment=${home##*/}
      app=${app##*/}
      notify attention "$(hostname) needs attention" "$text" 3>&1
    done
  done
fi
mv -f "$record/alerts.new" "$record/alerts"
