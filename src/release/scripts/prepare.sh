# Takes the subnets, writes the slots' variables, and puts the proxy right if an earlier deployment was killed
# between the file and the running proxy. From here on the deployment has a line in the ledger, whatever comes.
#   $1 lines `OCTET OWNER`   $2 pool (two octets)   $3 slot   $4 its variables   $5 variables of base   $6 owner
#   $7 the ledger line for the case that the client goes away   $8 who is told of what; left out: as before
printf '%s\n' "$7" | put "$home/running.json"
rm -f "$home/warm"
if [ $# -gt 7 ]; then printf '%s' "$8" | put "$home/notify"; fi
printf '%s\n' "$2" | put "$state/pool"
printf '%s\n' "$1" | while read -r octet owner; do
  [ -n "$octet" ] || continue
  [ "$(cat "$state/networks/$octet" 2>/dev/null)" = "$owner" ] && continue
  # noclobber makes this an exclusive create: of two apps that reach for one subnet, one gets it.
  if ! (set -C; printf '%s\n' "$owner" > "$state/networks/$octet") 2>/dev/null; then
    problem subnet-taken "another app took a subnet at the same moment; run the command again"
    exit 75
  fi
done
printf '%s' "$4" | put "$home/slots/$3.env"
printf '%s' "$5" | put "$home/slots/base.env"
[ ! -e "$home/live" ] || go_live "$6"
