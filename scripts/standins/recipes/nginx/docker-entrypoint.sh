#!/bin/sh
set -e

# As in the official image: templates become configuration, with the variables of the environment filled in.
if [ "$1" = nginx ]; then
  for template in /etc/nginx/templates/*.template; do
    [ -e "$template" ] || continue
    name=${template##*/}
    # Names only: $uri and the like are nginx's own.
    names=$(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/${\1}/p' | tr '\n' ' ')
    envsubst "$names" < "$template" > "/etc/nginx/conf.d/${name%.template}"
  done
  for script in /docker-entrypoint.d/*.sh; do
    if [ -x "$script" ]; then "$script"; fi
  done
fi

exec "$@"
