# What scripts need to talk to the proxy. Its sockets are in $proxy/run/NUMBER; `run/current` names the number of the
# container that serves, and `run/master.sock` is its socket.

# Runtime commands to the process that serves now. perl is part of every Debian and Ubuntu; socat and nc -U are not.
proxy_say() { perl -e "$proxy_client" "$proxy/run/master.sock" say "$@"; }

# For servers whose health was checked just now: the proxy's own checks, from another instant, may not have passed.
mark_healthy() {
  for server in "$@"; do
    set -- "$@" "set server $server state ready" "set server $server health up"
    shift
  done
  [ $# = 0 ] || proxy_say "$@"
}

# Writes a file where it has another content than wanted: what is as it should be is not touched.
#   $1 file   $2 content   $3 mode, if another one than 600
keep() { printf '%s' "$2" | cmp -s - "$1" || printf '%s' "$2" | put "$1" "${3-}"; }

# Closes what the back ends of stopped containers still have; pairs: seconds, back end.
close_rest() {
  rest=
  while [ $# -gt 1 ]; do
    rest="$rest $2"
    shift 2
  done
  # shellcheck disable=SC2086  # several words on purpose
  [ -z "$rest" ] || perl -e "$proxy_client" "$proxy/run/master.sock" close $rest || :
}

# The container of the proxy with one number: one, or none.
proxy_container() { docker ps -aq --no-trunc --filter label=wherry.role=proxy --filter "label=wherry.number=${1:-$(readlink "$proxy/run/current" || echo 0)}"; }

# Lets end whatever proxy is not the one that serves: what is left of an upgrade, or of one that was interrupted at any
# point. Asks Docker nothing where there is none. Call it under the proxy's lock.
settle_proxies() {
  current=$(readlink "$proxy/run/current") || current=
  others=
  for folder in "$proxy"/run/[0-9]*; do
    number=${folder##*/}
    if [ -d "$folder" ] && [ "$number" != "$current" ]; then others="$others $number"; fi
  done
  [ -n "$others" ] || return 0
  # Before anything else: what is ended takes its folder with it, and nobody would look after the name any more.
  serving=$(proxy_container)
  if [ -n "$serving" ] && [ "$(docker inspect -f '{{.Name}}' "$serving")" != /wherry-proxy ]; then
    docker rename wherry-proxy "wherry-proxy-before-$current" 2>/dev/null || :
    docker rename "$serving" wherry-proxy
  fi
  for number in $others; do
    was=$(proxy_container "$number")
    if [ -e "$proxy/run/$number/ending" ] && [ "$(docker inspect -f '{{.State.Running}}' "$was" 2>/dev/null)" = true ]; then continue; fi
    end_proxy "$number" "$was"
  done
}

# Its requests may end first, and its WebSockets for as long as `hard-stop-after` says; then container and folder go.
#   $1 number   $2 its container, if there is one
end_proxy() {
  if [ -n "$2" ]; then
    # Before the signal: a server that boots now must not start both. It may have ended and gone meanwhile.
    docker update --restart no "$2" > /dev/null 2>&1 || :
    docker kill --signal USR1 "$2" > /dev/null 2>&1 || :
    : > "$proxy/run/$1/ending"
  fi
  # No `docker wait`: it would hold 20 MB for that hour.
  setsid sh -c 'while docker inspect -f "{{.State.Running}}" "$1" | grep -q true; do sleep 3; done; { [ -z "$1" ] || docker rm --force "$1"; } && rm -rf "$2"' end "$2" "$proxy/run/$1" \
    < /dev/null > /dev/null 2>&1 3>&- 7>&- 8>&- 9>&- &
}

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

# Brings the proxy to what the files of this environment say of live and canary: its own file, then the running one.
#   $1 owner
go_live() { (flock 7; write_live_map; tell_live "$1") 7>> "$proxy/lock"; }

# All requests to what is live again.
#   $1 owner
end_share() {
  rm -f "$home/canary"
  [ ! -e "$home/live" ] || go_live "$1"
}

# Tells the running proxy what the files say for one owner, the one of this environment.
tell_live() {
  tell_map live "$1" "$(live_value "$home")"
}

# Makes the map of health paths anew, for load balancers in front, and tells the running proxy about one path. Call it under
# the proxy's lock. Several environments may have the same path: it says no while one of them does.
#   $1 path
tell_health() {
  for file in "$state"/apps/*/*/balancer; do
    [ -e "$file" ] || continue
    answer=ready
    [ ! -e "${file%/balancer}/leaving" ] || answer=leaving
    printf '%s %s\n' "$(cat "$file")" "$answer"
  done | sort | awk '!seen[$1]++' | put "$proxy/maps/health.map" 644
  answer=$(sed -n "s|^$1 ||p" "$proxy/maps/health.map")
  if [ -n "$answer" ]; then tell_map health "$1" "$answer"; else proxy_say "del map /wherry/maps/health.map $1"; fi
}

#   $1 map   $2 key   $3 value
tell_map() {
  proxy_say "set map /wherry/maps/$1.map $2 $3" | grep -q . || return 0
  # Not there yet: the owner is new since the proxy read its files.
  proxy_say "add map /wherry/maps/$1.map $2 $3"
}

# Makes the maps of maintenance anew from what each environment says, and tells the running proxy about the one of this
# environment. Call it under the proxy's lock.
tell_maintenance() {
  rm -f "$proxy/maps/maintenance.map.new" "$proxy/maps/visitors.map.new"
  for file in "$state"/apps/*/*/maintenance; do
    [ -e "$file" ] || continue
    name=${file#"$state/apps/"}
    name=${name%/maintenance}
    name=${name%/*}-${name#*/}
    printf '%s %s\n' "$name" "$(head -n 1 "$file")" >> "$proxy/maps/maintenance.map.new"
    sed -n "2,\$s|^.*\$|$name/& 1|p" "$file" >> "$proxy/maps/visitors.map.new"
  done
  was=$(grep "^$1/" "$proxy/maps/visitors.map" | cut -d ' ' -f 1) || was=
  for map in visitors maintenance; do
    touch "$proxy/maps/$map.map.new"
    chmod 644 "$proxy/maps/$map.map.new"
    sync "$proxy/maps/$map.map.new"
    mv -f "$proxy/maps/$map.map.new" "$proxy/maps/$map.map"
  done
  page=$(sed -n "s|^$1 ||p" "$proxy/maps/maintenance.map")
  [ -n "$page" ] || proxy_say "del map /wherry/maps/maintenance.map $1"
  for key in $was; do proxy_say "del map /wherry/maps/visitors.map $key"; done
  for key in $(grep "^$1/" "$proxy/maps/visitors.map" | cut -d ' ' -f 1); do proxy_say "add map /wherry/maps/visitors.map $key 1"; done
  [ -z "$page" ] || tell_map maintenance "$1" "$page"
}
