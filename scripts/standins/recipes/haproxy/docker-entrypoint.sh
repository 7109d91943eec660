#!/bin/sh
set -e

case "$1" in
  -*) set -- haproxy "$@" ;;
esac

if [ "$1" = haproxy ]; then
  shift
  # Master and worker, in the foreground: SIGUSR2 reloads.
  set -- haproxy -W -db "$@"
fi

exec "$@"
