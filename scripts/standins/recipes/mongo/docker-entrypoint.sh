#!/bin/sh
set -e

# A flag, as in `docker run mongo --auth`: for mongod. This one takes none.
case "$1" in
  -*) set -- mongod "$@" ;;
esac

if [ "$1" = mongod ] && [ "$(id -u)" = 0 ]; then
  find /data/db ! -user mongodb -exec chown mongodb {} +
  exec setpriv --reuid=mongodb --regid=mongodb --clear-groups "$0" "$@"
fi

exec "$@"
