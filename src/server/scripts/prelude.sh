# Every phase begins with this. Standard output is the protocol (descriptor 3): `begin`, `done`, `fail`, `problem`, and
# what a step has to tell. Whatever programs print goes to standard error.
# A client that is gone must not end a step half-way: fence() ends the phase between two steps.
trap '' PIPE
exec 3>&1 1>&2
umask 077
step=

# Whoever takes the lock after us waits until our last step, and every program that it started, has ended.
if [ "$deployment" != - ] && [ -d "$home" ]; then
  exec 8>> "$home/busy"
  flock -s 8
fi

say() { printf '%s\n' "$*" >&3 || :; } 2>/dev/null

# What went wrong, for the user: a code, then a sentence.
problem() { say "problem $*"; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

now() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }

# Replaces a file so that a reader, a power cut or a full disk meets the old or the new content and nothing in between: where
# `set -e` does not hold (in a condition), too.
put() { cat > "$1.new" && { [ -z "${2-}" ] || chmod "$2" "$1.new"; } && sync "$1.new" && mv -f "$1.new" "$1"; }

# Instants that the ledger wants, by this server's clock.
stamp() { now > "$home/at-$1"; }

# Appends a ledger line with the instants filled in; what never happened is null.
record_line() {
  line=$(printf '%s' "$1" | sed -e "s/@finished@/$(now)/g" -e "s/@step@/$(cat "$home/step" 2>/dev/null)/g")
  for name in traffic verified; do
    if [ -s "$home/at-$name" ]; then line=$(printf '%s' "$line" | sed -e "s/@$name@/$(cat "$home/at-$name")/g")
    else line=$(printf '%s' "$line" | sed -e "s/\"@$name@\"/null/g"); fi
  done
  # A release that has only a share of the requests is not live.
  if [ -s "$home/at-traffic" ] && [ ! -e "$home/canary" ]; then line=$(printf '%s' "$line" | sed -e 's/@outcome@/succeeded/')
  else line=$(printf '%s' "$line" | sed -e 's/@outcome@/cancelled/'); fi
  # A full disk must not swallow the line that says so: the reserve is there for it.
  printf '%s\n' "$line" >> "$home/ledger.jsonl" || { rm -f "$state/reserve"; printf '%s\n' "$line" >> "$home/ledger.jsonl"; }
  sync "$home/ledger.jsonl"
  rm -f "$home/running.json" "$home/at-traffic" "$home/at-verified"
}

# Our deployment goes on only as long as its client holds the lock: else another one may be at work already.
fence() {
  [ "$deployment" != - ] || return 0
  if flock -s -n "$home/lock" true 2>/dev/null || [ "$(cat "$home/holder" 2>/dev/null)" != "$deployment" ]; then
    say abandoned
    exit 70
  fi
}

begin() {
  fence
  step=$1
  [ "$deployment" = - ] || printf '%s' "$step" > "$home/step"
  say "begin $step"
}

finish() {
  if [ "$1" = 0 ]; then say "done $step"; return; fi
  say "fail $step $1"
  exit "$1"
}

# The last lines and the exit code of containers, for the error message.
tell_logs() {
  for id in "$@"; do
    docker inspect -f 'exit {{index .Config.Labels "wherry.service"}} {{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}} {{.RestartCount}}' "$id" >&3 || :
    name=$(docker inspect -f '{{index .Config.Labels "wherry.service"}}' "$id")
    docker logs --tail 15 "$id" 2>&1 | sed "s/^/log $name /" >&3 || :
  done
}
