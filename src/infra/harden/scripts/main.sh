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
  echo "$id failed and $(taken_back): ${why:-exit $status}"
}

# Of this run alone; what an earlier one did stays. What was there is kept until it is back.
take_back() {
  (restore "$record/run/$id") < /dev/null || return 1
  [ ! -e "$record/run/$id/first" ] || rm -rf "$record/before/$id"
  rm -rf "$record/run/$id"
  note take-back || :
}
taken_back() { if take_back > /dev/null 2>&1; then echo "was taken back"; else echo "could not be taken back, what was there is in $record/run/$id"; fi; }

undo_one() {
  id=$1
  if [ ! -e "$record/before/$id" ]; then echo "$id same nothing was changed by it"; return; fi
  # Once more for the case that nobody can log in afterwards.
  if (restore "$record/before/$id") > /dev/null 2> "$scratch/errors" < /dev/null; then
    rm -rf "$record/before/$id" "$record/run/$id"
    note undo
    echo "$id changed as it was before"
  else
    echo "$id failed $(tail -n 1 "$scratch/errors")"
  fi
  forget
}

# From now on the server takes back these controls by itself, whoever dies meanwhile, and over a reboot. What is armed is
# written down last: without a timer nothing may be changed.
arm() {
  seconds=$1
  shift
  # What an earlier run changed, and proved, is not for this one to take back.
  for one in "$@"; do rm -rf "$record/run/$one" || return 1; done
  rm -f "$record/reverting"
  cp -- "$0" "$record/harden.sh.new" && mv -f -- "$record/harden.sh.new" "$record/harden.sh" || return 1
  cat > "$units/wherry-hardening-revert.service" << END || return 1
[Unit]
Description=Takes back what wherry server harden could not prove to be harmless
[Service]
Type=oneshot
Environment=SUDO_USER=$login
ExecStart=/bin/sh $record/harden.sh revert '' ''
# What could not be taken back is tried again.
Restart=on-failure
RestartSec=60
END
  cat > "$units/wherry-hardening-revert.timer" << END || return 1
[Unit]
Description=Takes back what wherry server harden could not prove to be harmless
[Timer]
OnActiveSec=$seconds
AccuracySec=1s
[Install]
WantedBy=timers.target
END
  systemctl daemon-reload && systemctl enable --quiet wherry-hardening-revert.timer && systemctl restart wherry-hardening-revert.timer || return 1
  printf '%s\n' "$@" > "$record/armed.new" && mv -f -- "$record/armed.new" "$record/armed"
}

# Would the server take this control back?
is_armed() { [ ! -e "$record/reverting" ] && grep -qxF -- "$1" "$record/armed" 2> /dev/null; }

# A server that is as it should be needs no timer.
arm_where_needed() {
  needed=
  seconds=$1
  shift
  for one in "$@"; do
    verdict_of "$one"
    case $verdict in fail*) ;; *) continue ;; esac
    needed=yes
    # What takes its time, and changes nothing: the timer does not wait for it. Whoever needs it says what is wrong with it.
    prepare=prepare_$(name_of "$one")
    if has "$prepare"; then ("$prepare") > /dev/null 2>&1 < /dev/null || :; fi
  done
  if [ -z "$needed" ]; then echo "! nothing-to-arm"; return; fi
  (
    flock -w 60 9 && arm "$seconds" "$@" && exit
    rm -f "$record/armed" "$record/armed.new" "$record/harden.sh.new"
    drop_revert
    exit 1
  ) 9>> "$record/revert.lock" && echo "! armed-for $seconds" || echo "! not-armed"
}

fix_armed() {
  for one in "$@"; do
    # The timer may end now: it waits for the one that is under way, and takes that back too.
    (
      flock 9
      # Either nothing has to be done, or it took so long that the server has taken it back already.
      if is_armed "$one" && echo "$one" > "$record/under-way"; then
        told=$(fix_one "$one")
        # It waits a minute: what was done after that is not taken back by anybody else.
        id=$one
        if ! is_armed "$one" && [ -e "$record/run/$one" ]; then told="$one failed and $(taken_back): it took so long that the server took everything back meanwhile"; fi
        rm -f "$record/under-way"
        echo "$told"
        exit
      fi
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
  rm -f "$units/wherry-hardening-revert.service" "$units/wherry-hardening-revert.timer"
  systemctl daemon-reload
}

# What cannot be taken back stays armed, and is tried again.
revert() {
  (
    # Whatever hangs does not hold it up. It finds what it needs to take its own change back when it goes on.
    hangs=
    if ! flock -w 60 9; then hangs=$(cat "$record/under-way" 2> /dev/null)
    elif [ ! -e "$record/armed" ]; then drop_revert; fi
    [ -e "$record/armed" ] || exit 0
    touch "$record/reverting"
    left=
    while read -r id; do
      [ -e "$record/run/$id" ] || continue
      if [ "$id" = "$hangs" ]; then (restore "$record/run/$id") < /dev/null
      else take_back; fi
      if [ $? = 0 ]; then echo "$id reverted"
      else
        left=yes
        echo "$id failed and could not be taken back yet"
      fi
    done < "$record/armed"
    [ -z "$left" ] || exit 1
    rm -f "$record/armed" "$record/reverting"
    date -u +%Y-%m-%dT%H:%M:%SZ > "$record/reverted"
    drop_revert
  ) 9>> "$record/revert.lock"
}

disarm() {
  (
    flock 9
    if [ -e "$record/armed" ] && [ ! -e "$record/reverting" ]; then
      # It is proven: nothing of it is for a later run to take back.
      while read -r id; do rm -rf "$record/run/$id"; done < "$record/armed"
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
        # It may be gone in two minutes.
        case $verdict in pass*) if is_armed "$one"; then verdict="unknown changed a moment ago, and taken back by the server unless a new login is proven"; fi ;; esac
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
