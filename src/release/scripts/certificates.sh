# Places what the server needs to get and renew certificates, runs it once for this environment, and lets the system run it
# twice a day.
#   $1 owner   $2 its settings   $3 certificate of the ACME server's own authority   $4 credentials   then certificates of
#   the user's own: HOST CERTIFICATE KEY
owner=$1
folder=$proxy/apps/$owner
mkdir -p "$folder" "$proxy/certificates"
keep "$proxy/certificates.sh" "$certificates_program"
keep "$proxy/client.pl" "$proxy_client"
keep "$folder/tls" "$2"
if [ -n "$3" ]; then keep "$folder/ca.pem" "$3"; else rm -f "$folder/ca.pem"; fi
if [ -n "$4" ]; then keep "$folder/tls.env" "$4"; else rm -f "$folder/tls.env"; fi
shift 4
mkdir -p "$folder/own"
while [ $# -gt 0 ]; do
  keep "$folder/own/$1.crt" "$2"
  keep "$folder/own/$1.key" "$3"
  shift 3
done
image=$(sed -n 's/^image //p' "$folder/tls")
if grep -q '^host ' "$folder/tls" && ! docker image inspect "$image" > /dev/null 2>&1 && ! timeout 300 docker pull -q "$image"; then
  say "certificate-failed $image is not on the server and cannot be pulled there"
  exit 0
fi
sh "$proxy/certificates.sh" "$owner" now >&3 || say "certificate-failed $owner the certificates could not be looked at"

unit=wherry-certificates
service="[Unit]
Description=Certificates of the apps that Wherry deploys
[Service]
Type=oneshot
ExecStart=/bin/sh $proxy/certificates.sh"
timer="[Unit]
Description=Certificates of the apps that Wherry deploys
[Timer]
OnCalendar=*-*-* 03,15:00
RandomizedDelaySec=3h
Persistent=true
[Install]
WantedBy=timers.target"
if [ "$(id -u)" = 0 ]; then root=; elif sudo -n true 2> /dev/null; then root=sudo; else root=none; fi
if [ -d /run/systemd/system ] && [ "$root" != none ]; then
  system=/etc/systemd/system
  wanted="$service
User=$(id -un)"
  if ! printf '%s\n' "$wanted" | cmp -s - "$system/$unit.service" || ! printf '%s\n' "$timer" | cmp -s - "$system/$unit.timer"; then
    printf '%s\n' "$wanted" | $root tee "$system/$unit.service" > /dev/null
    printf '%s\n' "$timer" | $root tee "$system/$unit.timer" > /dev/null
    $root chmod 644 "$system/$unit.service" "$system/$unit.timer"
    $root systemctl daemon-reload && $root systemctl enable --now "$unit.timer"
  fi
elif command -v crontab > /dev/null; then
  line="17 3,15 * * * /bin/sh $proxy/certificates.sh > /dev/null 2>&1"
  crontab -l 2> /dev/null | grep -qF "$proxy/certificates.sh" || { crontab -l 2> /dev/null; echo "$line"; } | crontab -
else
  say "certificate-unscheduled"
fi
