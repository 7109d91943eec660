# Redis, Valkey, KeyDB: one RDB file, of one instant.

in_redis() {
  local inside=$1
  shift
  # A password on the command line of the server is in no variable of it.
  REDISCLI_AUTH=$(docker inspect -f '{{range .Args}}{{println .}}{{end}}' "$inside" | awk 'before == "--requirepass" { print; exit } { before = $0 }')
  export REDISCLI_AUTH
  if [ -n "$REDISCLI_AUTH" ]; then set -- -e REDISCLI_AUTH "$inside" sh -c "$redis_inside" redis "$@"; else set -- "$inside" sh -c "$redis_inside" redis "$@"; fi
  docker exec -i "$@"
}

dump_redis() {
  dump_part "$1" dump.rdb in_redis "$2" dump || return 1
  grep -q '^dump-complete$' "$work/said" || { fail "$(said "$work/said")"; return 1; }
}

#   $1 service   $2 image
begin_redis() {
  copy_image=$2
  container=$(throwaway_volume) || return 1
  copy_volume=$container
}

# The file has to be there before a server starts. Its first bytes say what it is.
#   $1 volume
load_redis() {
  docker run --rm -i --label "wherry.work=$work" --network none --entrypoint sh --user 0 -v "$1:/copy" "$copy_image" -c \
    'cat > /copy/dump.rdb && chmod 777 /copy && chmod 644 /copy/dump.rdb && [ "$(head -c 5 /copy/dump.rdb)" = REDIS ]'
}

#   $1 more words for the server
ready_redis() {
  local server
  server=$(docker run --rm --network none --entrypoint sh "$copy_image" -c \
    'for p in redis-server valkey-server keydb-server; do command -v $p && $p --version | sed -n "s/.* v=\([0-9]*\)\..*/\1/p" && exit; done')
  arguments="--dir /copy --dbfilename dump.rdb --appendonly no ${1-}"
  # Before 7 it was allowed anyway, and the option not known.
  case ${server##*"$newline"} in [3456]) ;; *) arguments="$arguments --enable-debug-command local" ;; esac
  throwaway "$copy_image" -v "$copy_volume:/copy" --entrypoint "${server%%"$newline"*}" || return 1
  arguments=
  [ -n "${1-}" ] || wait_for in_redis "$container" ready
}

figures_redis() { in_redis "$1" figures < /dev/null; }

# Into a Redis that runs: a second one, in its network, is its master for the moment.
#   $1 service   $2 container that runs
into_redis() {
  local live=$2
  begin_redis "$1" "$(docker inspect -f '{{.Image}}' "$live")" || return 1
  load_parts "$1" redis "$container" || return 1
  network="container:$live"
  # Without the five seconds in which it would wait for more who want the same.
  ready_redis '--bind 127.0.0.1 --port 6399 --repl-diskless-sync-delay 0' || return 1
  network=
  in_redis "$live" follow 6399 < /dev/null 2> "$work/said" || { fail "$1: $(said "$work/said")"; return 1; }
}
