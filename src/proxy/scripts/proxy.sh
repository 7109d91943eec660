# What scripts need to talk to the proxy. Its sockets are in $proxy/run.

# Runtime commands to the process that serves now. perl is part of every Debian and Ubuntu; socat and nc -U are not.
proxy_say() { perl -e "$proxy_client" "$proxy/run/master.sock" say "$@"; }

# Puts the configuration together: what is common, the apps' rules within it, and their back ends behind it.
write_config() {
  {
    sed '/^  # Rules of the apps$/q' "$proxy/frontend.cfg"
    cat "$proxy"/apps/*/rules.cfg 2>/dev/null || :
    sed '1,/^  # Rules of the apps$/d' "$proxy/frontend.cfg"
    cat "$proxy"/apps/*/backends.cfg 2>/dev/null || :
  } | put "$proxy/haproxy.cfg.next" 644
}

# What the live map says for the environment in folder $1: its live slot, and the canary beside it if there is one.
live_value() {
  read -r live_slot _ < "$1/live"
  value=$live_slot
  if [ -e "$1/canary" ]; then
    read -r canary_slot canary_release canary_share canary_sticky _ < "$1/canary"
    value=$live_slot.$canary_slot.$canary_share.$canary_release.$canary_sticky
  fi
  printf '%s' "$value"
}

# Makes the live map anew from what each environment says is live. Call it under the proxy's lock.
write_live_map() {
  for live in "$state"/apps/*/*/live; do
    [ -e "$live" ] || continue
    owner=${live#"$state/apps/"}
    owner=${owner%/live}
    printf '%s-%s %s\n' "${owner%/*}" "${owner#*/}" "$(live_value "${live%/live}")"
  done | sort | put "$proxy/maps/live.map" 644
}

# Tells the running proxy what the files say for one owner, the one of this environment.
tell_live() {
  set -- "$1" "$(live_value "$home")"
  proxy_say "set map /wherry/maps/live.map $1 $2" | grep -q . || return 0
  # Not there yet: the owner is new since the proxy read its files.
  proxy_say "add map /wherry/maps/live.map $1 $2"
}
