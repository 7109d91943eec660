#!/bin/bash
# As the image's own: the first start makes the first account, while nobody can reach it from outside.
set -eu

case "$1" in
  -*) set -- mongod "$@" ;;
esac
[ "$1" = mongod ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  find /data/db ! -user mongodb -exec chown mongodb {} +
  exec setpriv --reuid=mongodb --regid=mongodb --clear-groups "$0" "$@"
fi

given() {
  local file=$1_FILE
  if [ -n "${!file-}" ]; then cat "${!file}"; else printf %s "${!1-}"; fi
}
WANTED_USER=$(given MONGO_INITDB_ROOT_USERNAME) WANTED_PASSWORD=$(given MONGO_INITDB_ROOT_PASSWORD)
export WANTED_USER WANTED_PASSWORD
if [ -n "$WANTED_USER" ]; then
  if [ ! -e /data/db/WiredTiger ]; then
    mongod --dbpath /data/db --bind_ip 127.0.0.1 --fork --logpath /tmp/first.log > /dev/null
    mongosh --quiet --host 127.0.0.1 --eval '
      const { WANTED_USER: user, WANTED_PASSWORD: pwd } = process.env;
      db.getSiblingDB("admin").createUser({ user, pwd, roles: ["root"] });' > /dev/null
    mongod --dbpath /data/db --shutdown > /dev/null
  fi
  set -- "$@" --auth
fi
unset WANTED_USER WANTED_PASSWORD
exec "$@" --dbpath /data/db --bind_ip_all
