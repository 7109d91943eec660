# The program: what to do, with which controls. Tells a line for each: ID, a word, what there is to say.
#   $1 check, fix, undo, arm and guarded (their first control is a number of seconds), fix-armed, disarm or revert
#   $2 what --allow says, separated by spaces; empty: as the last time   $3 not empty: also controls that are optional
#   then controls
name_of() { printf '%s' "$1" | tr - _; }

# One line, whatever happens in it.
verdict_of() {
  verdict=$( ("check_$(name_of "$1")") 2> "$scratch/errors" < /dev/null | tail -n 1)
  case $verdict in
    'pass '* | 'fail '* | 'na '* | 'unknown '*) ;;
    *) verdict="unknown the check itself failed: $(tail -n 1 "$scratch/errors")" ;;
  esac
}

note() { printf '%s %s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$login" "$1" "$id" >> "$record/log"; }

fix_one() {
  id=$1
  name=$(name_of "$id")
  verdict_of "$id"
  case $verdict in
    fail*) ;;
    *) echo "$id $verdict"; return ;;
  esac
  if ! has "fix_$name"; then echo "$id by-hand ${verdict#* }"; return; fi
  rm -rf "$record/run/$id"
  mkdir -p "$record/run/$id"
  [ -e "$record/before/$id" ] || : > "$record/run/$id/first"
  (set -e; "fix_$name") > /dev/null 2> "$scratch/fix" < /dev/null
  status=$?
  forget
  if [ "$status" = 0 ]; then
    verdict_of "$id"
    case $verdict in
      fail*) why="after it the check still says: ${verdict#* }" ;;
      *)
        note fix
        echo "$id changed ${verdict#* }"
        return
        ;;
    esac
  else
    why=$(tail -n 1 "$scratch/fix")
  fi
  take_back > /dev/null 2>&1
  echo "$id failed and was taken back: ${why:-exit $status}"
}

# Of this run alone; what an earlier one did stays.
take_back() {
  (restore "$record/run/$id") < /dev/null
  [ ! -e "$record/run/$id/first" ] || rm -rf "$record/before/$id"
  rm -rf "$record/run/$id"
  note take-back
}

undo_one() {
  id=$1
  if [ ! -e "$record/before/$id" ]; then echo "$id same nothing was changed by it"; return; fi
  # Once more for the case that nobody can log in afterwards.
  if (restore "$record/before/$id") > /dev/null 2> "$scratch/errors" < /dev/null; then
    rm -rf "$record/before/$id"
    note undo
    echo "$id changed as it was before"
  else
    echo "$id failed $(tail -n 1 "$scratch/errors")"
  fi
}

# From now on the server takes back these controls by itself, whoever dies meanwhile, and over a reboot.
arm() {
  seconds=$1
  shift
  cp "$0" "$record/harden.sh"
  printf '%s\n' "$@" > "$record/armed"
  cat > /etc/systemd/system/wherry-hardening-revert.service << END
[Unit]
Description=Takes back what wherry server harden could not prove to be harmless
[Service]
Type=oneshot
Environment=SUDO_USER=$login
ExecStart=/bin/sh $record/harden.sh revert '' ''
END
  cat > /etc/systemd/system/wherry-hardening-revert.timer << END
[Unit]
Description=Takes back what wherry server harden could not prove to be harmless
[Timer]
OnActiveSec=$seconds
AccuracySec=1s
[Install]
WantedBy=timers.target
END
  systemctl daemon-reload && systemctl enable --quiet wherry-hardening-revert.timer && systemctl start wherry-hardening-revert.timer
}

# A server that is as it should be needs no timer.
arm_where_needed() {
  needed=
  seconds=$1
  shift
  for one in "$@"; do
    verdict_of "$one"
    case $verdict in fail*) needed=yes ;; esac
  done
  if [ -z "$needed" ]; then echo "! nothing-to-arm"; return; fi
  if arm "$seconds" "$@"; then echo "! armed-for $seconds"; return; fi
  rm -f "$record/armed"
  drop_revert
  echo "! not-armed"
}

fix_armed() {
  for one in "$@"; do
    # The timer may end now: it waits for the one that is under way, and takes that back too.
    (
      flock 9
      # Either nothing has to be done, or it took so long that the server has taken it back already.
      if [ -e "$record/armed" ]; then fix_one "$one"; exit; fi
      verdict_of "$one"
      case $verdict in
        fail*) echo "$one failed nothing would take it back, so it was not changed" ;;
        *) echo "$one $verdict" ;;
      esac
    ) 9>> "$record/revert.lock"
  done
}

drop_revert() {
  systemctl disable --quiet --now wherry-hardening-revert.timer 2> /dev/null
  rm -f /etc/systemd/system/wherry-hardening-revert.service /etc/systemd/system/wherry-hardening-revert.timer
  systemctl daemon-reload
}

revert() {
  (
    # Whatever hangs does not hold it up.
    flock -w 60 9 || :
    [ -e "$record/armed" ] || exit 0
    while read -r id; do
      [ -e "$record/run/$id" ] || continue
      take_back
      echo "$id reverted"
    done < "$record/armed"
    rm -f "$record/armed"
    date -u +%Y-%m-%dT%H:%M:%SZ > "$record/reverted"
    drop_revert
  ) 9>> "$record/revert.lock"
}

disarm() {
  (
    flock 9
    if [ -e "$record/armed" ]; then
      rm -f "$record/armed"
      drop_revert
      echo "! disarmed"
    else
      echo "! reverted"
    fi
  ) 9>> "$record/revert.lock"
}

main() {
  mode=$1 allow=$2 wanted_optional=$3
  shift 3
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # A client that is gone must not end it half-way.
  trap '' PIPE HUP
  . /etc/os-release
  case $mode in
    check)
      echo "! system $ID $VERSION_ID"
      [ ! -e "$record/armed" ] || echo "! armed"
      for one in "$@"; do
        verdict_of "$one"
        echo "$one $verdict"
      done
      return
      ;;
  esac
  mkdir -p "$record/before" "$record/run" "$settings"
  chmod 700 "$record"
  # Two at once would remember each other's changes as what was before.
  if [ "$mode" != revert ] && [ "$mode" != disarm ]; then
    exec 8>> "$record/lock"
    flock -w 10 8 || { echo "! busy"; return; }
    [ ! -e "$record/armed" ] || [ "$mode" = fix-armed ] || { echo "! armed"; return; }
  fi
  if [ -n "$allow" ]; then printf '%s\n' "$allow" | tr ' ' '\n' > "$settings/allow"; fi
  case $mode in
    fix) for one in "$@"; do fix_one "$one"; done ;;
    undo) for one in "$@"; do undo_one "$one"; done ;;
    arm) arm_where_needed "$@" ;;
    guarded)
      arm_where_needed "$@"
      shift
      fix_armed "$@"
      ;;
    fix-armed) fix_armed "$@" ;;
    disarm) disarm ;;
    revert) revert ;;
  esac
}

main "$@"
