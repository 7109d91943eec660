# Tells what this environment is now, one fact a line; the reader is state.ts.
tell_state() {
  say "clock $(now)"
  if [ -e "$home/live" ]; then say "live $(cat "$home/live")"; fi
  if [ -e "$home/canary" ]; then say "canary $(cat "$home/canary")"; fi
  if [ -e "$home/warm" ]; then say "warm $(cat "$home/warm")"; fi
  if [ -e "$home/salt" ]; then say "salt $(cat "$home/salt")"; fi
  for mark in moved arriving arrived moved-from; do
    [ ! -e "$home/$mark" ] || say "$mark $(head -n 1 "$home/$mark")"
  done
  for record in "$home"/releases/*/release.json; do
    [ -e "$record" ] || continue
    say "record $(cat "$record")"
    folder=${record%/*}
    [ ! -e "$folder/served" ] || say "served ${folder##*/} $(cat "$folder/served")"
  done
  # Previews of this app that were not removed: those that have a release.
  for record in "$state/apps/$app"/preview-*/releases/*/release.json; do
    [ -e "$record" ] || continue
    folder=${record%/releases/*}
    say "preview ${folder##*/}"
  done
  for octet in "$state"/networks/*; do
    [ -e "$octet" ] && say "octet ${octet##*/} $(cat "$octet")"
  done
  [ ! -e "$state/pool" ] || say "pool $(cat "$state/pool")"
  for routes in "$proxy"/apps/*/routes.map; do
    [ ! -e "$routes" ] || sed 's/^/taken /' "$routes" >&3
  done
  [ ! -e "$home/ledger.jsonl" ] || say "ledger $(tail -n 1 "$home/ledger.jsonl")"
  docker ps -a --no-trunc --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --format \
    'container {{.ID}}	{{.State}}	{{.Label "wherry.service"}}	{{.Label "wherry.slot"}}	{{.Label "wherry.release"}}	{{.Label "wherry.config"}}	{{.Networks}}	{{.Image}}	{{.Status}}	{{.CreatedAt}}	{{.Label "com.docker.compose.oneoff"}}' >&3
  docker network ls --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --format 'network {{.Name}}	{{.Label "wherry.definition"}}' >&3
  # All of them: in the middle of an upgrade none may have the name, and a server can end there.
  docker ps -a --filter label=wherry.role=proxy --format 'proxy {{.State}}	{{.Image}}	{{.Label "wherry.config"}}	{{.Label "wherry.number"}}	{{.Names}}' >&3
  [ ! -L "$proxy/run/current" ] || say "proxy-current $(readlink "$proxy/run/current")"
}
