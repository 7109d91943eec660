# Floating addresses of an environment: `floating` has those that moves have brought here, one a line. What its provider does
# not put on the server's interface a unit does, with each boot, and every ten seconds: whoever manages the interface takes away
# what it does not know when it starts anew.
unit=wherry-addresses-$app-$environment
units=/etc/systemd/system

# Addresses in a unit, of this environment or all.
in_unit() { sed -n 's|^ExecStart=[^ ]* address replace \([^ ]*\)/[0-9]* dev .*|\1|p' "$@" 2> /dev/null; }
bits() { case $1 in *:*) echo 128 ;; *) echo 32 ;; esac; }

on_interface() { ip -o address show to "$1/$(bits "$1")" | awk 'NR == 1 { print $2 }'; }

# The interface that visitors come by.   $1 an address
interface_for() {
  case $1 in
    *:*) { ip -6 route show default; ip -4 route show default; } ;;
    *) ip -4 route show default ;;
  esac 2> /dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1
}

# Writes the unit for these addresses, and starts it; none: removes it.
write_unit() {
  if [ $# = 0 ]; then
    [ -e "$units/$unit.timer" ] || [ -e "$units/$unit.service" ] || return 0
    as_root systemctl disable --now "$unit.timer" || :
    # It may just be running, and is no failure then.
    as_root systemctl stop "$unit.service" || :
    as_root rm -f "$units/$unit.timer" "$units/$unit.service"
    as_root systemctl daemon-reload
    as_root systemctl reset-failed "$unit.timer" "$unit.service" 2> /dev/null || :
    return
  fi
  {
    echo "[Unit]"
    echo "Description=Floating addresses of $app $environment"
    echo "Wants=network-online.target"
    echo "After=network-online.target"
    echo "[Service]"
    echo "Type=oneshot"
    echo "LogLevelMax=notice"
    # One that cannot be put there must not keep the others away.
    for each in "$@"; do echo "ExecStart=-$(command -v ip) address replace $each/$(bits "$each") dev $(interface_for "$each")"; done
  } | as_root tee "$units/$unit.service" > /dev/null
  {
    echo "[Unit]"
    echo "Description=Floating addresses of $app $environment"
    echo "[Timer]"
    echo "OnActiveSec=0"
    echo "OnUnitInactiveSec=10s"
    echo "AccuracySec=1s"
    echo "[Install]"
    echo "WantedBy=timers.target"
  } | as_root tee "$units/$unit.timer" > /dev/null
  as_root chmod 644 "$units/$unit.service" "$units/$unit.timer"
  as_root systemctl daemon-reload
  as_root systemctl start "$unit.service"
  as_root systemctl enable -q --now "$unit.timer"
  for each in "$@"; do
    [ -n "$(on_interface "$each")" ] || { problem not-on-interface "$each cannot be put on $(interface_for "$each"): see systemctl status $unit"; exit 77; }
  done
}
