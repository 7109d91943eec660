# Gives the data of an environment to another server as one stream, as it lies here: nothing is stored in between. Behind
# the functions of the backup program, which know how each service is copied. What stands here replaces some of them.
#
# The stream, on descriptor 4: lines with tabs, and behind each line `part` its bytes in frames (frame.pl).
#   service NAME METHOD | part NAME PART | (frames) | good, or what went wrong | parts-end | fact ... | service-end | end
folder=$home/move

# What was stopped for the copy stays so: whoever stopped the release starts everything again.
resume() { :; }
stop_for_now() { docker stop "$@" > /dev/null; }

# There is none.
wait_for_repository() { :; }

#   $1 service   $2 part   then the command that prints it
dump_part() {
  local service=$1 part=$2 verdict=good
  shift 2
  printf 'part\t%s\t%s\n' "$service" "$part" >&4 || return 1
  echo 1 > "$work/dump-status"
  { "$@" < /dev/null 2> "$work/said" && echo 0 > "$work/dump-status" || :; } | perl -e "$frame" >&4 || { fail 'the new server no longer takes the data'; return 1; }
  if [ "$(cat "$work/dump-status")" != 0 ]; then
    grep -vE "^((figure|objects|digest|files|note)$tab|dump-complete)" "$work/said" > "$work/errors"
    verdict="$service, $part: $(said "$work/errors")"
  fi
  printf '%s\n' "$verdict" >&4
  [ "$verdict" = good ] || { fail "$verdict"; return 1; }
  keep_facts "$service" "$work/said"
}

give_services() {
  local service method container consistency image
  # An app that keeps nothing has nothing to give.
  find_services '' || { [ ! -s "$work/services" ] || return 1; }
  if [ -n "$only" ]; then
    awk -F '\t' -v only=" $only " 'index(only, " " $1 " ")' "$work/services" > "$work/chosen"
    mv -f "$work/chosen" "$work/services"
  fi
  : > "$work/manifest"
  while IFS=$tab read -r service method container consistency image <&5; do
    # The one who wanted it is gone, and this server serves again.
    [ -e "$home/moving" ] || { fail 'the move was given up'; return 1; }
    [ "$method" != volume ] || consistency=stop
    printf 'service\t%s\t%s\n' "$service" "$method" >&4
    # Not once more: half of it is on its way already.
    again=yes
    copy_service "$service" "$method" "$container" "$consistency" "$image" 5<&- || return 1
    # Nobody writes now: what could not be counted in the moment of the copy is counted behind it.
    if [ "$method" != volume ] && ! grep -q "^fact$tab$service$tab" "$work/manifest"; then
      "figures_$method" "$container" "$service" < /dev/null > "$work/facts" 2> "$work/said" 5<&- && keep_facts "$service" "$work/facts"
    fi
    printf 'parts-end\n' >&4
    awk -F '\t' -v s="$service" '$1 == "fact" && $2 == s' "$work/manifest" >&4
    printf 'service-end\n' >&4
  done 5< "$work/services"
  printf 'end\n' >&4
}

# What the copy will need: bytes of the folders of each service.   say: size SERVICE METHOD BYTES
measure_services() {
  local service method container consistency image path
  find_services '' || { [ ! -s "$work/services" ] || return 1; }
  while IFS=$tab read -r service method container consistency image <&5; do
    paths_of "$container" > "$work/paths"
    set --
    while IFS= read -r path; do set -- "$@" "$path"; done < "$work/paths"
    bytes=0
    if [ $# != 0 ]; then
      bytes=$(docker run --rm --network none --user 0:0 --entrypoint du --volumes-from "$container:ro" "$(proxy_image)" -skc "$@" < /dev/null | awk 'END { printf "%.0f", $1 * 1024 }')
    fi
    say "size $service $method ${bytes:-0}"
  done 5< "$work/services"
}

#   $1 give or measure   $2 lines of settings, see files.ts   $3 services to give, with spaces in between; empty: all
mkdir -p "$folder"
open_work
settings=$work/settings
printf '%s' "$2" > "$settings"
only=$3
case $1 in
  give)
    exec 4>&3 3>&2 < /dev/null
    # The schedule must not read what is being stopped.
    if [ -d "$home/backup" ]; then
      exec 7>> "$home/backup/lock"
      # Several of these may give at once.
      flock -s -w 120 7 || { say 'problem move-failed a backup is under way'; exit 7; }
    fi
    give_services || { say "problem move-failed $reason"; exit 1; }
    ;;
  measure) measure_services || { say "problem move-failed $reason"; exit 1; } ;;
esac
