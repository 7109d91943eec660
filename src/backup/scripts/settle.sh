# What an operation on the copies left that was killed, or that a power cut ended. Called by whoever has the lock of the copies
# next, and by the guard of the environment; nobody ever has to clean up.
#
# Files in its folder `work.*`: `paused`, `stopped` (containers), and `restart` of what was stopped (see restart.sh).

# Nothing stays paused or stopped.   $1 folder of the operation
start_again() {
  [ -s "$1/paused" ] || [ -s "$1/stopped" ] || [ -s "$1/restart" ] || return 0
  # While the server shuts down Docker may be gone already: then the next one does it.
  docker version > /dev/null 2>&1 || return 1
  # shellcheck disable=SC2046  # several words on purpose
  if [ -s "$1/paused" ]; then docker unpause $(cat "$1/paused") > /dev/null 2>&1 || :; fi
  # shellcheck disable=SC2046
  if [ -s "$1/stopped" ]; then docker start $(cat "$1/stopped") > /dev/null 2>&1 || :; fi
  as_before_restart "$1/restart"
  rm -f "$1/paused" "$1/stopped"
}

# No throw-away container stays, and no volume with a copy in it.   $1 folder of the operation
throw_away() {
  local found
  found=$(docker ps -aq --filter "label=wherry.work=$1" 2> /dev/null) || return 1
  # shellcheck disable=SC2086  # several words on purpose
  [ -z "$found" ] || docker rm -f -v $found > /dev/null 2>&1 || :
  found=$(docker volume ls -q --filter "label=wherry.work=$1" 2> /dev/null) || return 1
  # shellcheck disable=SC2086
  [ -z "$found" ] || docker volume rm -f $found > /dev/null 2>&1 || :
}

# For whoever has the lock of the copies.
settle_work() {
  local left id live
  # What runs where is the move's business until it has come to its end.
  if [ -e "$home/moving" ] || [ -e "$home/moved" ] || [ -e "$home/arriving" ]; then return 0; fi
  for left in "$home"/backup/work.*; do
    [ -d "$left" ] && docker version > /dev/null 2>&1 || continue
    if [ -s "$left/stopped" ]; then
      # A release that another one has replaced meanwhile stays as it is.
      live=$(cut -d ' ' -f 1 "$home/live" 2> /dev/null) || :
      while IFS= read -r id; do
        case $(docker inspect -f '{{index .Config.Labels "wherry.slot"}}' "$id" 2> /dev/null) in base | "${live:-base}") echo "$id" ;; esac
      done < "$left/stopped" | put "$left/stopped"
    fi
    start_again "$left" && throw_away "$left" && rm -rf "$left" || :
  done
  # Listing takes no lock: nobody lists for so long.
  find "$home/backup" -maxdepth 1 -name 'list.*' -mmin +600 -exec rm -rf {} +
}

# For everybody else: only where nobody is at work.   $1 seconds to wait for that; left out: none
settle_copies() {
  local left
  for left in "$home"/backup/work.*; do
    [ -d "$left" ] || continue
    (flock -w "${1-0}" 7 && settle_work) 7>> "$home/backup/lock" || :
    return 0
  done
}
