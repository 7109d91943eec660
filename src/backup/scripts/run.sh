# One run: every service, then the manifest. Only a run with a manifest counts.

# Facts of a service that a dump told, into the manifest.
keep_facts() { grep -E "^(figure|objects|digest|files)$tab" "$2" | sed "s|^|fact$tab$1$tab|" >> "$work/manifest" || :; }

#   $1 service   $2 part   then the command that prints it
dump_part() {
  local service=$1 part=$2
  shift 2
  reason=
  if ! store "$(path_of "$service" "$part")" '' "$@"; then
    [ -n "$reason" ] || fail "$service, $part: $(grep -vE "^((figure|objects|digest|files|note)$tab|dump-complete)" "$work/said" > "$work/errors"; said "$work/errors")"
    return 1
  fi
  printf 'part\t%s\t%s\t%s\t%s\t%s\n' "$service" "$part" "$stored" "$stored_bytes" "$stored_sum" >> "$work/manifest"
  keep_facts "$service" "$work/said"
  sed -n "s/^note$tab/note $service: /p" "$work/said" >&3
}

# While a deployment changes the services that keep data, they cannot be copied.
wait_for_change() {
  local i=0
  while [ -e "$home/holder" ] && grep -q '^change-base' "$home/step" 2> /dev/null; do
    i=$((i + 1))
    [ "$i" -lt 450 ] || { fail 'a deployment has been changing the services that keep data for 15 minutes'; return 1; }
    sleep 2
  done
}

alive() { docker inspect -f '{{.Id}} {{.State.StartedAt}}' "$1" 2> /dev/null; }

#   $1 service   $2 method   $3 container   $4 consistency   $5 image
copy_service() {
  local before
  wait_for_change || return 1
  wait_for_repository || return 1
  before=$(alive "$3")
  cp "$work/manifest" "$work/manifest.before"
  printf 'service\t%s\t%s\t%s\n' "$1" "$2" "$5" >> "$work/manifest"
  if [ "$2" != volume ] && [ "$(docker inspect -f '{{.State.Running}}' "$3" 2> /dev/null)" != true ]; then
    fail "$1 does not run"
    return 1
  fi
  "dump_$2" "$1" "$3" "$4" && return 0
  resume
  # It was replaced meanwhile, by a deployment or a restart, or another environment took the repository in between: once more,
  # with what is there now.
  [ -z "${again-}" ] && { [ "$before" != "$(alive "$3")" ] || met_lock; } || return 1
  again=yes
  mv "$work/manifest.before" "$work/manifest"
  sleep 5
  wait_for_change || return 1
  local container
  container=$(containers_of base --filter "label=wherry.service=$1" --filter label=com.docker.compose.oneoff=False | head -n 1)
  copy_service "$1" "$2" "${container:-$3}" "$4" "$5"
}

#   $1 only this service; empty: all
take_copies() {
  local service method container consistency image
  have_repository may-be-new || return 1
  find_services "$1" || return 1
  { printf 'wherry-backup\t1\n'; printf '%s\t%s\n' run "$run" app "$app" environment "$environment" started "$started"; } > "$work/manifest"
  while IFS=$tab read -r service method container consistency image <&5; do
    say "copy-begin $service $method"
    again=
    if ! copy_service "$service" "$method" "$container" "$consistency" "$image" 5<&-; then
      say "copy-failed $service"
      return 1
    fi
    say "copy-done $service"
  done 5< "$work/services"
  echo end >> "$work/manifest"
  wait_for_repository || return 1
  store "$(path_of manifest txt)" "manifest,${1:+partial}$([ -n "$1" ] || echo full)" cat "$work/manifest"
}

forget_run() {
  [ ! -s "$work/stored" ] || restic forget $(cat "$work/stored") > /dev/null 2>&1 || :
}

# Old copies go by their manifests; what has no manifest goes with them. Of the last day all stay: what was copied before a
# deployment, or is about to be restored, is not the last of its day.
apply_retention() {
  for what in full partial; do
    patiently restic forget --tag "$tags,manifest,$what" --group-by host --keep-last 1 --keep-within 1d --keep-daily "$(setting daily)" --keep-weekly "$(setting weekly)" --keep-monthly "$(setting monthly)" || return 1
  done
  snapshots || return 1
  awk -F '\t' 'NR == FNR { if ($4 == "manifest") whole[$3] = 1; next } !($3 in whole) { print $2 }' "$work/snapshots" "$work/snapshots" > "$work/orphans"
  [ ! -s "$work/orphans" ] || patiently restic forget $(cat "$work/orphans") || return 1
  patiently restic prune
}

# Once a week. Where others use the repository for so long, with the next run: this copy is good.
check_repository() {
  [ -z "$(find "$folder/checked" -mtime -7 2> /dev/null)" ] || return 0
  look_through || { met_lock && return 0; return 1; }
  : > "$folder/checked"
}

# The services of the manifest as JSON: [{name, method, image, bytes, parts, tables, rows}]
services_json() {
  perl -ne '
    sub j { my $s = shift // ""; $s =~ s/(["\\])/\\$1/g; $s =~ s/([\x00-\x1f])/sprintf "\\u%04x", ord $1/ge; qq("$s") }
    chomp; my @f = split /\t/, $_, -1;
    if ($f[0] eq "service") { push @names, $f[1]; $s{$f[1]} = { method => $f[2], image => $f[3], parts => [], bytes => 0 } }
    elsif ($f[0] eq "part") { my $s = $s{$f[1]}; $s->{bytes} += $f[4]; push @{$s->{parts}}, "{\"name\":" . j($f[2]) . ",\"snapshot\":" . j($f[3]) . ",\"bytes\":" . ($f[4] || 0) . ",\"sha256\":" . j($f[5]) . "}" }
    elsif ($f[0] eq "fact" && $f[2] eq "figure") { $s{$f[1]}{tables}++; $s{$f[1]}{rows} += $f[5] }
    elsif ($f[0] eq "fact" && $f[2] eq "files") { $s{$f[1]}{tables}++; $s{$f[1]}{rows} += $f[3] }
    END { print join ",", map { my $s = $s{$_}; "{\"name\":" . j($_) . ",\"method\":" . j($s->{method}) . ",\"image\":" . j($s->{image}) . ",\"bytes\":$s->{bytes},\"parts\":[" . join(",", @{$s->{parts}}) . "],\"tables\":" . ($s->{tables} // "null") . ",\"rows\":" . ($s->{rows} // "null") . "}" } @names }
  ' "$work/manifest"
}

#   $1 who wants it: schedule, command, deploy, restore   $2 only this service
verb_run() {
  kind=backup by=$1
  # Before a first deployment there is nothing to copy.
  if [ "$by" = deploy ] && [ ! -e "$home/live" ]; then return 0; fi
  lock_copies "a backup by $1"
  open_work
  new_run
  if take_copies "${2-}"; then
    retention=null
    [ "$by" = restore ] || apply_retention || retention=$(json "$(repository_said restic)")
    if check_repository; then
      record succeeded ",\"snapshot\":$(json "$stored"),\"services\":[$(services_json)],\"retention\":$retention"
      return 0
    fi
  else
    forget_run
  fi
  record failed ',"services":[]'
  say "problem $([ "$by" = restore ] && echo copy-first-failed || echo backup-failed) $reason"
  notify backup "$app $environment: the backup failed" "$reason. What was copied before is still there."
  return 1
}

# For a system that can only look now and then: runs when the last one is old enough.
verb_due() {
  last=$(stat -c %Y "$folder/begun" 2> /dev/null || echo 0)
  [ $(($(date +%s) - last)) -ge "$(setting every)" ] || return 0
  : > "$folder/begun"
  verb_run schedule
}
