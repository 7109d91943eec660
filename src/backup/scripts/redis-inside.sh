# Runs inside a Redis container: sh -c TEXT redis VERB. Figures and errors go to standard error.
set -eu
for program in redis-cli valkey-cli keydb-cli; do command -v "$program" > /dev/null && break; done
if [ -z "${REDISCLI_AUTH-}" ]; then
  for name in REDIS_PASSWORD VALKEY_PASSWORD KEYDB_PASSWORD; do
    eval "value=\${$name-} file=\${${name}_FILE-}"
    if [ -n "$file" ]; then value=$(cat "$file"); fi
    if [ -n "$value" ]; then REDISCLI_AUTH=$value; export REDISCLI_AUTH; fi
  done
fi
cli() { "$program" --raw "$@"; }
info() { cli INFO persistence | tr -d '\r' | sed -n "s/^$1://p"; }

# Keys that end by themselves are counted apart: some of them have ended when the copy is read.
figures() {
  tr -d '\r' | sed -n 's/^\(db[0-9]*\):keys=\([0-9]*\),expires=\([0-9]*\).*/\1 \2 \3/p' | awk '{ printf "figure\t%s\tkeys that do not expire\t%d\t-\n", $1, $2 - $3; expire += $3 } END { exit expire > 0 }'
}

# Number of the last finished save; Redis before 7 has only its second.
saves() { found=$(info rdb_saves); if [ -n "$found" ]; then printf %s "$found"; else cli LASTSAVE; fi; }

# Writes wait while the keys are counted and the save forks: the copy is of exactly what was counted. In MULTI a save is only
# put off. The pause ends by itself, whatever becomes of us; a checksum over very many keys would take longer.
attempt() {
  digest=
  if [ "$(cli DBSIZE)" -le 300000 ]; then
    case $(cli DEBUG DIGEST 2>&1) in *ERR* | *NOPERM*) ;; *) digest='DEBUG DIGEST' ;; esac
  fi
  while [ "$(info rdb_bgsave_in_progress)$(info aof_rewrite_in_progress)" != 00 ]; do sleep 0.2; done
  before=$(saves)
  reply=$(printf '%s\n' 'CLIENT PAUSE 10000 WRITE' 'INFO keyspace' ${digest:+"$digest"} BGSAVE 'CLIENT UNPAUSE' | cli 2>&1 | tr -d '\r')
  case $reply in *'Background saving started'*) ;; *) return 1 ;; esac
  # Before 6.2 writes alone cannot be made to wait.
  case $reply in OK*) counted=yes ;; *) counted= ;; esac
  while [ "$(info rdb_bgsave_in_progress)" != 0 ]; do sleep 0.2; done
  [ "$(info rdb_last_bgsave_status)" = ok ] || { echo 'BGSAVE failed: see the log of Redis' >&2; exit 1; }
  folder=$(cli CONFIG GET dir | tail -n 1)
  name=$(cli CONFIG GET dbfilename | tail -n 1)
  exec 4< "$folder/$name"
  after=$(saves)
  # Another save may have come in between: then the file is not the one that was counted.
  case $before in ??????????*) [ "$after" -gt "$before" ] ;; *) [ "$after" = $((before + 1)) ] ;; esac || { exec 4<&-; return 1; }
  if [ -n "$counted" ] && printf '%s\n' "$reply" | figures >&2; then
    printf '%s\n' "$reply" | sed -n 's/^\([0-9a-f]\{40\}\)$/digest\t\1/p' >&2
  fi
  cat <&4
  echo dump-complete >&2
}

case $1 in
  ready) [ "$(cli PING)" = PONG ] && [ "$(info loading)" = 0 ] ;;
  dump)
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      if attempt; then exit 0; fi
      sleep 1
    done
    echo "Redis does not begin a save: ${reply-}" >&2
    exit 1
    ;;
  figures)
    if cli INFO keyspace | figures; then
      digest=$(cli DEBUG DIGEST 2>&1) || :
      case $digest in *ERR* | *NOPERM*) ;; *) printf 'digest\t%s\n' "$digest" ;; esac
    fi
    ;;
  follow)
    # From a Redis on loopback that has the copy: by replication, as Redis moves data itself, into memory, RDB and AOF alike.
    # The copy asks for no password.
    password=$(cli CONFIG GET masterauth | tail -n 1)
    [ "$password" != masterauth ] || password=
    back() {
      cli REPLICAOF NO ONE > /dev/null
      [ -z "$password" ] || printf '%s' "$password" | cli -x CONFIG SET masterauth > /dev/null
    }
    [ -z "$password" ] || cli CONFIG SET masterauth '' > /dev/null
    reply=$(cli REPLICAOF 127.0.0.1 "$2")
    case $reply in OK*) ;; *) echo "it does not take a copy: $reply" >&2; back; exit 1 ;; esac
    trap back EXIT
    i=0
    until [ "$(cli INFO replication | tr -d '\r' | sed -n 's/^master_link_status://p')" = up ]; do
      i=$((i + 1))
      [ "$i" -lt 1800 ] || { echo 'the copy did not arrive within 6 minutes' >&2; exit 1; }
      sleep 0.2
    done
    ;;
esac
