#!/bin/sh
set -e

# A flag or a configuration file, as in `docker run redis --appendonly yes`.
case "$1" in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "$1" = redis-server ]; then
  if [ "$(id -u)" = 0 ]; then
    find . ! -user redis -exec chown redis {} +
    exec setpriv --reuid=redis --regid=redis --clear-groups "$0" "$@"
  fi
  shift
  umask 0077
  # The official image is built without protected mode: a container is reached from other containers.
  case "${1:-}" in
    *.conf) conf=$1; shift; set -- "$conf" --protected-mode no "$@" ;;
    *) set -- --protected-mode no "$@" ;;
  esac
  set -- redis-server "$@"
fi

exec "$@"
