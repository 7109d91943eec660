#!/bin/bash
# What the official image does, for the settings that are in daily use.
set -eo pipefail
shopt -s nullglob

# The value of a variable, or of the file that NAME_FILE names.
setting() {
  local name=$1 file=${1}_FILE
  if [ -n "${!name}" ] && [ -n "${!file}" ]; then
    echo "both $name and $file are set: choose one" >&2
    exit 1
  fi
  if [ -n "${!file}" ]; then echo "$(< "${!file}")"; else echo "${!name:-$2}"; fi
}

initialize() {
  local user password database method
  user=$(setting POSTGRES_USER postgres)
  password=$(setting POSTGRES_PASSWORD "")
  database=$(setting POSTGRES_DB "$user")
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$password" ] && [ "$method" != trust ]; then
    echo "Error: Database is uninitialized and superuser password is not specified. Set POSTGRES_PASSWORD." >&2
    exit 1
  fi
  initdb --username="$user" --pwfile=<(printf '%s\n' "$password") --auth-local=trust --auth-host="$method"
  echo "host all all all $method" >> "$PGDATA/pg_hba.conf"

  # Not reachable from other containers until all of it is done.
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  if [ "$database" != postgres ]; then
    psql -v ON_ERROR_STOP=1 --username "$user" --dbname postgres --set db="$database" <<< 'CREATE DATABASE :"db";'
  fi
  for file in /docker-entrypoint-initdb.d/*; do
    echo "running $file"
    case "$file" in
      *.sql) psql -v ON_ERROR_STOP=1 --username "$user" --dbname "$database" --file "$file" ;;
      *.sh) bash "$file" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
  echo "PostgreSQL init process complete; ready for start up."
}

case "$1" in
  -*) set -- postgres "$@" ;;
esac

if [ "$1" = postgres ]; then
  if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    find "$PGDATA" ! -user postgres -exec chown postgres {} +
    chmod 700 "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
  fi
  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # A volume or folder that was interrupted in the middle of this is refused by initdb, and not silently used.
    initialize
  fi
fi

exec "$@"
