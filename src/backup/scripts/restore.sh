# Puts a copy back in place of the data that is there. The lock of the environment is the caller's.

# What gets requests or works on the data does not run meanwhile.
stop_release() {
  local slot running
  slot=$(cut -d ' ' -f 1 "$home/live" 2> /dev/null) || return 0
  running=$(docker ps -q --no-trunc --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter "label=wherry.slot=$slot")
  [ -n "$running" ] || return 0
  stop_for_now $running
}

#   $1 service   $2 method
restore_service() {
  local live
  live=$(docker ps -aq --no-trunc --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter "label=wherry.service=$1" --filter label=com.docker.compose.oneoff=False | head -n 1)
  [ -n "$live" ] || { fail "there is no container of $1 to restore into: deploy first"; return 1; }
  arguments='' network=none
  if [ "$2" = volume ]; then
    if [ "$(docker inspect -f '{{.State.Running}}' "$live")" = true ]; then
      stop_for_now "$live" || { fail "$1 cannot be stopped"; return 1; }
    fi
    into_volume "$1" "$live"
    return
  fi
  [ "$(docker inspect -f '{{.State.Running}}' "$live")" = true ] || { fail "$1 does not run: its own program has to read the copy"; return 1; }
  "into_$2" "$1" "$live" || return 1
  compare "$1" "$2" "$live"
}

restore_all() {
  have_repository must-exist || return 1
  read_manifest "$1" || return 1
  choose_services "$2" || return 1
  stop_release || { fail 'the containers of the release cannot be stopped'; return 1; }
  each_service restore_service
}

#   $1 who wants it   $2 run or latest   $3 only this service
verb_restore() {
  kind=restore by=$1 different='' source_run=$2
  lock_copies "a restore by $1"
  open_work
  new_run
  if restore_all "$2" "${3-}"; then
    record succeeded ",\"copy\":$(json "$source_run"),\"services\":[$(services_json)]"
    return 0
  fi
  record failed ",\"copy\":$(json "$source_run"),\"services\":[]"
  say "problem restore-failed $reason"
  return 1
}

# The runs that can be restored, newest first; and the manifest of the one that is asked for.
#   $1 run or latest; empty: only the list
verb_list() {
  open_work list
  if have_repository must-exist && snapshots; then
    awk -F '\t' '$4 == "manifest" { print "kept", $3, $1, $2 }' "$work/snapshots" >&3
    [ -n "$1" ] || return 0
    if read_manifest "$1"; then sed 's/^/manifest /' "$work/manifest" >&3; return 0; fi
  fi
  say "problem list-failed $reason"
  return 1
}
