# Addresses that lead to this server no more; what others put on its interfaces stays there.
#   $@ the addresses; none: all that moves have brought here for this environment
if [ -e "$home/floating" ]; then
  # shellcheck disable=SC2046  # several words on purpose
  [ $# != 0 ] || set -- $(cat "$home/floating")
  own=$(in_unit "$units/$unit.service") || :
  wanted=
  gone=
  for address in $own; do
    case " $* " in *" $address "*) gone="$gone $address" ;; *) wanted="$wanted $address" ;; esac
  done
  if [ -n "$gone" ]; then
    # shellcheck disable=SC2086
    write_unit $wanted
    for address in $gone; do
      # Another environment may have it, too.
      if in_unit "$units"/wherry-addresses-*.service | grep -qxF "$address"; then continue; fi
      device=$(on_interface "$address")
      [ -z "$device" ] || as_root ip address del "$address/$(bits "$address")" dev "$device"
    done
  fi
  rest=$(printf '%s\n' "$@" | grep -vxFf - "$home/floating") || :
  if [ -n "$rest" ]; then printf '%s\n' "$rest" | put "$home/floating"; else rm -f "$home/floating"; fi
fi
