# A move to another server that did not come to its end, seen from either side. Called by whoever has the lock, when the
# client is gone or says so; nobody ever has to clean up.
#
# Files of an environment: `moving` here, while this server does not serve for the sake of a copy; `moved` once it never will
# again by itself; `arriving` on the new server until it may serve, then `arrived`, and `moved-from` when all is done. The
# first line says who and whereto, as JSON; of moving and moved the second one is the maintenance that was there before
# (ours: none), and the others are the containers that ran. `moving-restart`: containers that a restart of this server would
# start, though they are stopped (see restart.sh).

# The page of a move in front of this environment, or what was there before it.
move_page_on() {
  [ -e "$home/maintenance" ] || printf '%s\n' "$1" | put "$home/maintenance"
  (flock 7; tell_maintenance "$app-$environment") 7>> "$proxy/lock"
}
move_page_off() {
  rm -f "$home/maintenance"
  (flock 7; tell_maintenance "$app-$environment") 7>> "$proxy/lock"
}

# The page in the running proxy alone, until the move has come to an end of either kind: a server that restarts in the middle
# comes up without it. (A reload for the sake of another app takes it away as well; then there is a 503 without words.)
move_page_for_now() {
  [ -e "$home/maintenance" ] || (flock 7; tell_map maintenance "$app-$environment" "$1") 7>> "$proxy/lock"
}

# Containers that stay from release to release, of these services.
base_of() { for service in "$@"; do containers_of base --filter "label=wherry.service=$service" --filter label=com.docker.compose.oneoff=False; done; }

# Certificates are renewed where the app is served: two servers would ask the authority for the same.
renew_no_more() { [ ! -e "$proxy/apps/$app-$environment/tls" ] || mv -f "$proxy/apps/$app-$environment/tls" "$proxy/apps/$app-$environment/tls.left"; }
renew_again() { [ ! -e "$proxy/apps/$app-$environment/tls.left" ] || mv -f "$proxy/apps/$app-$environment/tls.left" "$proxy/apps/$app-$environment/tls"; }

# Waits a minute at most until the proxy finds each back end of the live slot alive.
proxy_finds_it() {
  local i=0
  while [ "$i" -lt 240 ]; do
    proxy_say 'show stat' | awk -F, -v start="$app-$environment-" -v end="-$1" '
      index($1, start) == 1 && substr($1, length($1) - length(end) + 1) == end && $2 == "BACKEND" { all++; if ($18 !~ /^UP/) down++ }
      END { exit all == 0 || down > 0 }' && return 0
    i=$((i + 1))
    sleep 0.25
  done
  return 1
}

# This server serves again: what ran runs, and the page goes.
#   $1 moving or moved
serve_again() {
  local ran slot
  ran=$(sed 1,2d "$home/$1")
  # shellcheck disable=SC2086  # several words on purpose
  [ -z "$ran" ] || docker start $ran > /dev/null || :
  as_before_restart "$home/moving-restart"
  renew_again
  read -r slot _ < "$home/live"
  proxy_finds_it "$slot" || :
  [ "$(sed -n 2p "$home/$1")" != ours ] || move_page_off
  rm -f "$home/$1"
}

# Stops containers so that they stay stopped: with `restart: always` they would be back after a reboot of the server.
stop_for_good() {
  for id in "$@"; do
    [ "$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' "$id")" != always ] || docker update --restart unless-stopped "$id" > /dev/null
  done
  [ $# = 0 ] || docker stop "$@" > /dev/null
}

# What half arrived must not begin to work here while the old server serves.
hold_back() {
  local running
  running=$(for slot in blue green; do containers_of "$slot" --filter status=running; done)
  # shellcheck disable=SC2086
  [ -z "$running" ] || docker stop $running > /dev/null || :
}

# The way from the old server to the new one, for as long as data is copied: see way-*.sh. Both have a folder `way`.
way_mark() { echo "wherry-move-$app-$environment"; }
way_close() {
  [ -d "$home/way" ] || return 0
  if grep -qs " $(way_mark)\$" ~/.ssh/authorized_keys; then
    # On a full disk sed leaves the file as it is: whoever may log in must go on to.
    (flock 6; sed -i --follow-symlinks "/ $(way_mark)\$/d" ~/.ssh/authorized_keys) 6>> "$state/way.lock" || return 0
  fi
  rm -rf "$home/way"
}

# Asks the new server over it.   $1 number of a stream, or try
way_ssh() {
  { read -r way_address && read -r way_port && read -r way_user; } < "$home/way/to"
  ssh -F /dev/null -i "$home/way/key" -p "$way_port" -l "$way_user" -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
    -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=\"$home/way/known_hosts\"" -o GlobalKnownHostsFile=/dev/null -o HostKeyAlias=new-server \
    -o ConnectTimeout=5 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -- "$way_address" "$1"
}

settle_move() {
  [ ! -e "$home/moving" ] || serve_again moving
  [ ! -e "$home/arriving" ] || hold_back
  way_close || :
}
