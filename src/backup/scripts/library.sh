# What every verb of the program `backup` uses. Behind paths, prelude and notify; the verbs are functions of other files.
folder=$home/backup
settings=$folder/settings
work=
tab=$(printf '\t')
newline='
'

# One value of the settings file, which has lines KEY<tab>VALUE.
setting() { sed -n "s/^$1$tab//p" "$settings" | head -n 1; }

# A setting of one service: service<tab>NAME<tab>METHOD<tab>CONSISTENCY.
service_setting() { awk -F '\t' -v n="$1" -v f="$2" '$1 == "service" && $2 == n { print $f }' "$settings"; }

json() { perl -e 'my $s = shift; $s =~ s/(["\\])/\\$1/g; $s =~ s/([\x00-\x1f])/sprintf "\\u%04x", ord $1/ge; print qq("$s")' "$1"; }

# A number, or null where none is known.
number() { case $1 in '' | *[!0-9]*) printf null ;; *) printf %s "$1" ;; esac; }

# Ends the verb: the reason is for people, and stands in the record and in the message.
fail() {
  reason=$*
  return 1
}

# The last thing that a program said, in one line; restic says it as JSON.
said() { tail -n 3 "$1" 2>/dev/null | sed 's/.*"message_type":"\(exit_\)*error".*"message":"\(.*\)"}$/\2/' | tr '\n\t' '  ' | sed 's/  */ /g; s/ $//' | cut -c 1-400; }

#   $1 its name where the lock is not held; see settle.sh
open_work() {
  work=$(mktemp -d "$folder/${1:-work}.XXXXXX")
  trap 'leave' EXIT
  trap 'exit 130' INT TERM HUP
}

# Whatever happens: nothing stays paused or stopped, and no throw-away container stays.
leave() {
  status=$?
  trap - EXIT
  resume && throw_away "$work" && rm -rf "$work"
  exit $status
}

resume() { start_again "$work"; }

# Stops containers until then. It is on the disk before they stop, for whoever comes after us; and a restart of the server
# brings them back by itself.
stop_for_now() {
  { cat "$work/stopped" 2> /dev/null || :; printf '%s\n' "$@"; } | put "$work/stopped"
  back_with_server "$work/restart" "$@"
  docker stop "$@" > /dev/null
}

# One operation on the copies at a time. Whoever puts right what another one left has the lock for a moment.
lock_copies() {
  exec 7>> "$folder/lock"
  flock -w 5 7 || { say "copying $(cat "$folder/running" 2>/dev/null)"; exit 7; }
  printf '%s since %s' "$1" "$(now)" > "$folder/running"
  settle_work
}

# The repository, as restic wants to know it. Nothing secret is in the arguments of a program.
open_repository() {
  command -v restic > /dev/null || { fail 'restic is not on this server: apt-get install restic, as root'; return 1; }
  repository=$(setting repository)
  RESTIC_REPOSITORY=$repository RESTIC_PASSWORD_FILE=$folder/password RESTIC_CACHE_DIR=$folder/cache
  export RESTIC_REPOSITORY RESTIC_PASSWORD_FILE RESTIC_CACHE_DIR
  if [ -e "$folder/credentials" ]; then
    while IFS= read -r line; do export "${line?}"; done < "$folder/credentials"
  fi
}

# Other environments may share the repository. What only reads and adds (backup) can do so together; forget, prune and check want
# it for themselves, and restic gives up at once where it meets another's lock.
met_lock() { grep -qs 'repository is already locked' "$work/restic-said" "$work/restic"; }

# Runs a command that can be repeated, until no lock is in its way; half an hour of waiting at most in one operation. Locks whose
# owner is dead go first. Of one on another server, or whose number a new process has, restic knows it after 30 minutes: hence
# a little more. What the command said is in $work/restic-said. (`--retry-lock` is not in Debian 12, which has restic 0.14.)
patience=1900 waited=0
patiently() {
  rm -f "$work/restic"
  while :; do
    restic unlock > /dev/null 2>&1 || :
    "$@" > /dev/null 2> "$work/restic-said" && return 0
    met_lock && [ "$waited" -lt "$patience" ] || return 1
    waited=$((waited + 10))
    sleep 10
  done
}

# Before something begins that cannot be repeated from its middle: until another copy could be added.
wait_for_repository() { patiently restic cat config || { fail "$(repository_said 'the repository cannot be used')"; return 1; }; }

#   $1 what to say where it is not a lock
repository_said() {
  if met_lock; then printf 'the repository %s is in use: %s' "$repository" "$(grep -hso 'repository is already locked[^\\]*' "$work/restic-said" "$work/restic" | head -n 1)"
  else printf '%s: %s' "$1" "$(said "$work/restic-said")"; fi
}

# Is everything there that the repository says it has?
look_through() { patiently restic check || { fail "$(repository_said 'the repository is damaged (restic check)')"; return 1; }; }

# A repository that was there once and is gone must not be made anew in silence: the copies would be gone as well.
have_repository() {
  open_repository || return 1
  case $repository in
    s3:http* | rest:http*)
      # restic would try for a quarter of an hour, and not say why.
      if command -v curl > /dev/null && ! curl -sS -o /dev/null --max-time 20 "${repository#*:}" 2> "$work/repository"; then
        fail "the repository $repository does not answer: $(said "$work/repository")"
        return 1
      fi
      ;;
  esac
  local status=0
  timeout 60 restic cat config --no-lock > /dev/null 2> "$work/repository" || status=$?
  if [ "$status" = 0 ]; then
    printf '%s\n' "$repository" | put "$folder/known"
    return 0
  fi
  problem_said=$(said "$work/repository")
  if [ "$(cat "$folder/known" 2>/dev/null)" = "$repository" ] || [ "$1" = must-exist ] || [ "$status" = 124 ]; then
    fail "the repository $repository cannot be opened: $problem_said"
    return 1
  fi
  case $problem_said in
    *'wrong password'* | *'no key found'*) fail "the password does not open the repository $repository"; return 1 ;;
  esac
  if timeout 60 restic init > /dev/null 2> "$work/repository"; then
    say "repository-made $repository"
    printf '%s\n' "$repository" | put "$folder/known"
    return 0
  fi
  fail "the repository $repository is not there and cannot be made: $(said "$work/repository")"
}

# Tags of everything of this environment; several of them share a repository.
tags="wherry,$app/$environment"

# Stores what a command prints. Leaves snapshot id, bytes and SHA-256 in stored, stored_bytes, stored_sum; what the command
# said of errors is in $work/said.
#   $1 path in the repository   $2 tag of its own, or empty   then the command
store() {
  local path=$1 tag=$2 status=0 summing summary
  shift 2
  rm -f "$work/sum-pipe"
  mkfifo "$work/sum-pipe"
  sha256sum < "$work/sum-pipe" > "$work/sum" &
  summing=$!
  # The exit code of a pipe is that of its end: that of its beginning goes through a file.
  echo 1 > "$work/dump-status"
  { "$@" < /dev/null 2> "$work/said" && echo 0 > "$work/dump-status" || :; } | tee "$work/sum-pipe" 2> /dev/null |
    restic backup --json --stdin --stdin-filename "$path" --host "$app-$environment" --tag "$tags,run=$run${tag:+,$tag}" \
      > "$work/restic" 2> "$work/restic-said" || status=$?
  wait "$summing" || :
  summary=$(grep '"message_type":"summary"' "$work/restic" || :)
  stored=$(printf '%s' "$summary" | sed -n 's/.*"snapshot_id":"\([0-9a-f]*\)".*/\1/p')
  stored_bytes=$(printf '%s' "$summary" | sed -n 's/.*"total_bytes_processed":\([0-9]*\).*/\1/p')
  stored_sum=$(cut -d ' ' -f 1 "$work/sum")
  # A snapshot without a manifest counts for nothing; it goes with the run.
  [ -z "$stored" ] || echo "$stored" >> "$work/stored"
  # An empty stream is refused by restic: what printed nothing is asked first.
  # Where restic ends at once, so does what printed, for want of a reader.
  if [ "$status" != 0 ] && met_lock; then fail "$(repository_said restic)"; return 1; fi
  [ "$(cat "$work/dump-status")" = 0 ] || return 1
  if [ "$status" != 0 ] || [ -z "$stored" ]; then fail "restic: $(said "$work/restic-said")"; return 1; fi
}

# Gives back what was stored, and fails where it is not what it was.
#   $1 snapshot   $2 path   $3 SHA-256   then the command that gets it
fetch() {
  local snapshot=$1 path=$2 sum=$3 status=0 summing
  shift 3
  rm -f "$work/sum-pipe"
  mkfifo "$work/sum-pipe"
  sha256sum < "$work/sum-pipe" > "$work/sum" &
  summing=$!
  echo 1 > "$work/dump-status"
  { restic dump --no-lock "$snapshot" "$path" 2> "$work/restic-said" && echo 0 > "$work/dump-status" || :; } |
    tee "$work/sum-pipe" 2> /dev/null | "$@" > "$work/loaded" 2> "$work/said" || status=$?
  wait "$summing" || :
  [ "$(cat "$work/dump-status")" = 0 ] || { fail "restic: $(said "$work/restic-said")"; return 1; }
  [ "$(cut -d ' ' -f 1 "$work/sum")" = "$sum" ] || { fail "$path is not what was stored: another SHA-256"; return 1; }
  [ "$status" = 0 ] || { fail "$path cannot be restored: $(said "$work/said")"; return 1; }
}

# Ends an operation with its line in the record.
#   $1 outcome   $2 JSON fields, each with a comma in front
record() {
  line="{\"version\":1,\"id\":$(json "$run"),\"kind\":\"$kind\",\"by\":$(json "$by"),\"started\":\"$started\",\"finished\":\"$(now)\",\"outcome\":\"$1\",\"reason\":$([ "$1" = succeeded ] && printf null || json "$reason")$2}"
  printf '%s\n' "$line" >> "$home/backups.jsonl" || { rm -f "$state/reserve"; printf '%s\n' "$line" >> "$home/backups.jsonl"; }
  sync "$home/backups.jsonl"
  say "record $line"
}

new_run() {
  started=$(now)
  run=$(date -u +%Y%m%dT%H%M%SZ)-$(head -c 2 /dev/urandom | od -An -tx1 | tr -d ' \n')
}

# Where a part of a service is in the repository. restic takes no folders in the name of a stream.
path_of() { printf '/%s-%s.%s.%s' "$app" "$environment" "$1" "$2" | sed 's|/|%|2g'; }

# Of one service of the manifest in $work/manifest: lines PART<tab>SNAPSHOT<tab>BYTES<tab>SHA256.
parts_of() { awk -F '\t' -v OFS='\t' -v s="$1" '$1 == "part" && $2 == s { print $3, $4, $5, $6 }' "$work/manifest"; }

# What was counted of a service, a sorted line each.
facts_of() { awk -F '\t' -v s="$1" '$1 == "fact" && $2 == s' "$work/manifest" | cut -f 3- | sort; }

# The snapshots of this environment, newest first: TIME<tab>ID<tab>RUN<tab>manifest or -
snapshots() {
  restic snapshots --no-lock --json --tag "$tags" 2> "$work/restic-said" > "$work/snapshots.json" || { fail "restic: $(said "$work/restic-said")"; return 1; }
  perl -0ne 'while (/"time":"([^"]*)".*?"tags":\[([^\]]*)\].*?"id":"([0-9a-f]+)"/gs) { my ($time, $tags, $id) = ($1, $2, $3); my ($run) = $tags =~ /"run=([^"]*)"/; print "$time\t$id\t", $run // "-", "\t", ($tags =~ /"manifest"/ ? "manifest" : "-"), "\n" }' \
    "$work/snapshots.json" | sort -r > "$work/snapshots"
}

# The manifest of a run, or of the latest, into $work/manifest.
read_manifest() {
  snapshots || return 1
  local found
  found=$(awk -F '\t' -v r="$1" '$4 == "manifest" && (r == "latest" || $3 == r) { print $2; exit }' "$work/snapshots")
  [ -n "$found" ] || { fail "there is no copy $1 of $app $environment in $repository"; return 1; }
  restic dump --no-lock "$found" "$(path_of manifest txt)" > "$work/manifest" 2> "$work/restic-said" || { fail "restic: $(said "$work/restic-said")"; return 1; }
  source_run=$(sed -n "s/^run$tab//p" "$work/manifest")
  grep -q '^end$' "$work/manifest" || { fail "the list of the copy $1 is not whole"; return 1; }
}

# A volume that is gone with this operation; prints its name.
throwaway_volume() { docker volume create --label "wherry.throwaway=$app/$environment" --label "wherry.work=$work"; }

# A container that is gone with this operation; leaves its id in container.
#   $1 image   then options of docker run; what stands in $arguments are words of its command
throwaway() {
  local image=$1
  shift
  # shellcheck disable=SC2086  # several words on purpose
  container=$(docker run -d --network "${network:-none}" --label "wherry.throwaway=$app/$environment" --label "wherry.work=$work" "$@" "$image" ${arguments-} 2> "$work/said") ||
    { fail "a throw-away container of $image does not start: $(said "$work/said")"; return 1; }
}

# Waits two minutes at most until a command succeeds.
wait_for() {
  local i=0
  until "$@" < /dev/null > /dev/null 2>&1; do
    i=$((i + 1))
    if [ "$i" -ge 240 ] || [ "$(docker inspect -f '{{.State.Running}}' "$container")" != true ]; then
      docker logs --tail 5 "$container" > "$work/said" 2>&1
      fail "a throw-away container does not get ready: $(said "$work/said")"
      return 1
    fi
    sleep 0.5
  done
}
