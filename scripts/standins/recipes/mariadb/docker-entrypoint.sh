#!/bin/bash
# What the official image does, for the settings that are in daily use.
set -eo pipefail
shopt -s nullglob

# The value of a variable, or of the file that NAME_FILE names; MARIADB_ before MYSQL_.
setting() {
  local name file
  for name in "MARIADB_$1" "MYSQL_$1"; do
    file=${name}_FILE
    if [ -n "${!file}" ]; then
      echo "$(< "${!file}")"
      return
    fi
    if [ -n "${!name}" ]; then
      echo "${!name}"
      return
    fi
  done
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
    echo "Database is uninitialized and password option is not specified. Set MARIADB_ROOT_PASSWORD." >&2
    exit 1
  fi
  mariadb-install-db --datadir=/var/lib/mysql --auth-root-authentication-method=normal --skip-test-db > /dev/null
  # Not reachable from other containers until all of it is done.
  mariadbd --skip-networking &
  pid=$!
  until mariadb-admin --user=root ping --silent 2> /dev/null; do sleep 0.2; done
  {
    echo "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost'); FLUSH PRIVILEGES;"
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(text "$root");"
    echo "CREATE USER 'root'@'%' IDENTIFIED BY $(text "$root"); GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;"
    if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"; fi
    if [ -n "$user" ]; then echo "CREATE USER $(text "$user")@'%' IDENTIFIED BY $(text "$password");"; fi
    if [ -n "$user" ] && [ -n "$database" ]; then echo "GRANT ALL ON \`$database\`.* TO $(text "$user")@'%';"; fi
  } | mariadb --user=root
  for file in /docker-entrypoint-initdb.d/*.sql; do
    echo "running $file"
    MYSQL_PWD=$root mariadb --user=root "$database" < "$file"
  done
  kill "$pid"
  wait "$pid" || true
  echo "MariaDB init process done. Ready for start up."
}

case "$1" in
  -*) set -- mariadbd "$@" ;;
esac

if [ "$1" = mariadbd ] || [ "$1" = mysqld ]; then
  if [ "$(id -u)" = 0 ]; then
    find /var/lib/mysql ! -user mysql -exec chown mysql {} +
    exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0" "$@"
  fi
  if [ ! -d /var/lib/mysql/mysql ]; then initialize; fi
fi

exec "$@"
