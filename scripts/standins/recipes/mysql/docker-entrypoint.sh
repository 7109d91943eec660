#!/bin/bash
# What the official image does, for the settings that are in daily use.
set -eo pipefail

# The value of a variable, or of the file that NAME_FILE names.
setting() {
  local name=MYSQL_$1 file=MYSQL_$1_FILE
  if [ -n "${!file}" ]; then echo "$(< "${!file}")"; else echo "${!name}"; fi
}

# As text of SQL.
text() { printf "'%s'" "$(printf %s "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/''/g")"; }

initialize() {
  local root database user password pid
  root=$(setting ROOT_PASSWORD)
  database=$(setting DATABASE)
  user=$(setting USER)
  password=$(setting PASSWORD)
  if [ -z "$root" ]; then
    echo "Database is uninitialized and password option is not specified. Set MYSQL_ROOT_PASSWORD." >&2
    exit 1
  fi
  mysqld --initialize-insecure
  # Not reachable from other containers until all of it is done.
  mysqld --skip-networking &
  pid=$!
  until mysqladmin --user=root ping --silent > /dev/null 2>&1; do sleep 0.2; done
  {
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(text "$root");"
    echo "CREATE USER 'root'@'%' IDENTIFIED BY $(text "$root"); GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;"
    if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"; fi
    if [ -n "$user" ]; then echo "CREATE USER $(text "$user")@'%' IDENTIFIED BY $(text "$password");"; fi
    if [ -n "$user" ] && [ -n "$database" ]; then echo "GRANT ALL ON \`$database\`.* TO $(text "$user")@'%';"; fi
  } | mysql --user=root
  kill "$pid"
  wait "$pid" || true
  echo "MySQL init process done. Ready for start up."
}

case "$1" in
  -*) set -- mysqld "$@" ;;
esac

if [ "$1" = mysqld ]; then
  if [ "$(id -u)" = 0 ]; then
    find /var/lib/mysql ! -user mysql -exec chown mysql {} +
    exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0" "$@"
  fi
  if [ ! -d /var/lib/mysql/mysql ]; then initialize; fi
fi

exec "$@"
