# Addresses that their provider leads to this server from now on. What is on an interface already is somebody else's affair.
#   $1 "on-interface" where they have to be put there, else "known"   then the addresses
manner=$1
shift
if [ "$manner" = on-interface ]; then
  own=$(in_unit "$units/$unit.service") || :
  for address in "$@"; do
    if [ -n "$(on_interface "$address")" ]; then continue; fi
    [ -n "$(interface_for "$address")" ] || { problem no-interface "there is no default route, whose interface $address belongs on"; exit 77; }
    own="$own $address"
  done
  # shellcheck disable=SC2086  # several words on purpose
  set -- $(printf '%s\n' $own | sort -u) -- "$@"
  wanted=
  while [ "$1" != -- ]; do wanted="$wanted $1"; shift; done
  shift
  if [ -n "$wanted" ]; then
    [ -d /run/systemd/system ] || { problem no-systemd "this server has no systemd, which would put an address on its interface with each boot"; exit 77; }
    as_root true 2> /dev/null || { problem not-root "an address cannot be put on an interface: this user is not root and cannot use sudo without a password"; exit 77; }
    # shellcheck disable=SC2086
    write_unit $wanted
  fi
fi
{ cat "$home/floating" 2> /dev/null || :; printf '%s\n' "$@"; } | sort -u | put "$home/floating"
