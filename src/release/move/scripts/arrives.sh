# Does what is sent on arrive? The proxy's own checks of the new server tell, by HTTPS with its certificate. Where it does not,
# there is the page again: better than an error without words.
#   $1 page in base64
[ -e "$home/moved" ] && [ ! -e "$home/maintenance" ] || exit 0
# Lines BACK-END<tab>RESULT<tab>WHY for each; what is not looked at yet has the result INI.
checked() {
  proxy_say 'show stat' | awk -F, -v OFS='\t' -v start="$app-$environment-" '
    /^# / { for (i = 1; i <= NF; i++) { if ($i == "check_status") status = i; if ($i == "last_chk") why = i; } next }
    index($1, start) == 1 && $2 == "s1" { sub(/^[* ]*/, "", $status); print $1, $status, $why }'
}
i=0
while [ "$i" -lt 80 ] && checked | cut -f 2 | grep -qxE 'INI|'; do
  i=$((i + 1))
  sleep 0.25
done
bad=$(checked | awk -F '\t' '$2 !~ /OK$/ { print $2 " " $3; exit }')
if [ -n "$bad" ]; then
  move_page_on "$1"
  say "not-sent-on $bad"
fi
