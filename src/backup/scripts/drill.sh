# Are the copies worth anything? Each is restored into a container that is thrown away, and counted there.

# All parts of a service, each through its loader.
#   $1 service   $2 method   $3 container
load_parts() {
  parts_of "$1" > "$work/parts"
  local part snapshot bytes sum
  while IFS=$tab read -r part snapshot bytes sum <&6; do
    fetch "$snapshot" "$(path_of "$1" "$part")" "$sum" "load_$2" "$3" "$part" 6<&- || return 1
  done 6< "$work/parts"
}

# Compares what is counted now with what was counted for the copy.
#   $1 service   $2 method   $3 container
compare() { count_now "$1" "$2" "$3" && compare_counted "$1"; }

count_now() {
  "figures_$2" "$3" "$1" > "$work/counted" 2> "$work/said" || { fail "$1 cannot be counted: $(said "$work/said")"; return 1; }
  sort -o "$work/counted" "$work/counted"
}

compare_counted() {
  facts_of "$1" > "$work/wanted"
  # A checksum that could not be had at the time cannot be compared.
  grep -q '^digest' "$work/wanted" || sed -i '/^digest/d' "$work/counted"
  if [ ! -s "$work/wanted" ]; then say "compared $1 unknown"; return 0; fi
  if cmp -s "$work/wanted" "$work/counted"; then say "compared $1 equal $(awk -F '\t' '$1 == "figure" { n++; rows += $4 } $1 == "files" { n++; rows += $2 } END { printf "%d %d", n, rows }' "$work/counted")"; return 0; fi
  diff "$work/wanted" "$work/counted" | grep '^[<>]' | head -n 6 | while IFS= read -r line; do say "difference $1 $line"; done
  different="${different:+$different, }$1"
}

# The services of the copy that was read.
#   $1 only this service
choose_services() {
  say "copy $source_run"
  awk -F '\t' -v OFS='\t' -v s="$1" '$1 == "service" && (s == "" || $2 == s) { print $2, $3, $4 }' "$work/manifest" > "$work/services"
  [ -s "$work/services" ] || { fail "there is no service $1 in the copy $source_run"; return 1; }
}

# Does something with each of them, and says whether all that was compared is equal.
#   $1 function, called with service, method, image
each_service() {
  local service method image
  while IFS=$tab read -r service method image <&5; do
    say "copy-begin $service $method"
    "$1" "$service" "$method" "$image" 5<&- || { say "copy-failed $service"; return 1; }
    say "copy-done $service"
  done 5< "$work/services"
  [ -z "$different" ] || { fail "what was restored of $different is not what was copied"; return 1; }
}

#   $1 service   $2 method   $3 image
drill_service() {
  local image=$3
  if ! docker image inspect "$image" > /dev/null 2>&1 && ! timeout 600 docker pull -q "$image" > /dev/null 2> "$work/said"; then
    fail "the image $image is not here and cannot be pulled: $(said "$work/said")"
    return 1
  fi
  arguments='' network=none
  "begin_$2" "$1" "$image" || return 1
  load_parts "$1" "$2" "$container" || return 1
  "ready_$2" || return 1
  compare "$1" "$2" "$container"
}

drill_all() {
  have_repository must-exist || return 1
  look_through || return 1
  read_manifest "$1" || return 1
  choose_services "$2" || return 1
  each_service drill_service
}

#   $1 who wants it   $2 run or latest   $3 only this service
verb_drill() {
  kind=drill by=$1 different='' source_run=$2
  lock_copies "a drill by $1"
  open_work
  new_run
  if drill_all "$2" "${3-}"; then
    record succeeded ",\"copy\":$(json "$source_run"),\"services\":[$(services_json)]"
    return 0
  fi
  record failed ",\"copy\":$(json "$source_run"),\"services\":[]"
  say "problem $([ -n "$different" ] && echo drill-different || echo drill-failed) $reason"
  notify backup "$app $environment: the backup did not stand its drill" "$reason."
  return 1
}
