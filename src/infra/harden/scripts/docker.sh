check_docker_tcp() {
  need_engine
  if ss -Htln | awk '{ print $4 }' | grep -Eq ':(2375|2376)$'; then fail "the engine, and with it root, can be reached over the network"; fi
  pass "by its socket alone"
}

check_docker_files() {
  need_engine
  open=
  for file in /etc/docker /etc/docker/daemon.json /usr/lib/systemd/system/docker.service /usr/lib/systemd/system/docker.socket; do
    [ -e "$file" ] || continue
    if [ -n "$(find "$file" -maxdepth 0 \( -perm /022 -o ! -user root \))" ]; then open="$open $file"; fi
  done
  socket=/run/docker.sock
  if [ -S "$socket" ] && [ -n "$(find "$socket" -maxdepth 0 \( -perm /007 -o ! -user root -o ! -group docker \))" ]; then open="$open $socket"; fi
  [ -z "$open" ] || fail "more than root and the group docker may use:$open"
  pass "root and the group docker"
}
fix_docker_files() {
  for file in /etc/docker /etc/docker/daemon.json /usr/lib/systemd/system/docker.service /usr/lib/systemd/system/docker.socket; do
    [ -e "$file" ] || continue
    remember_mode "$file"
    chown root:root "$file"
    chmod go-w "$file"
  done
  chown root:docker /run/docker.sock
  chmod 660 /run/docker.sock
}

check_docker_iptables() {
  need_engine
  is=$(daemon_get iptables) || unknown "$unreadable"
  [ "$is" != false ] || fail "\"iptables\": false: containers reach nobody, and nothing is isolated"
  pass "Docker makes its own rules"
}
fix_docker_iptables() {
  daemon_set iptables ''
  restart_engine
}
undo_docker_iptables() { daemon_undo "$1"; }
apply_docker_iptables() { restart_engine; }

check_docker_live_restore() {
  need_engine
  [ "$(engine_says swarm)" = inactive ] || na "swarm does not allow it"
  live_restore || fail "an update of the engine takes all containers down"
  pass "containers outlive a restart of the engine"
}
fix_docker_live_restore() {
  daemon_set live-restore true
  apply_docker_live_restore
}
undo_docker_live_restore() { daemon_undo "$1"; }
# One of the few that need no restart. It is told by a signal, and has its old setting for a moment: whoever restarted the
# engine in between would take the containers along.
apply_docker_live_restore() {
  engine_accepts || return 1
  wanted=$(daemon_get live-restore)
  if [ -n "$wanted" ]; then
    tell_live_restore "$wanted"
    return
  fi
  # Of a key that is gone the engine does not hear: it has to be there, as what it is without it, until it has been read.
  python3 -c "$daemon_program" set live-restore false || return 1
  told=0
  tell_live_restore false || told=1
  python3 -c "$daemon_program" set live-restore '' && return "$told"
}
tell_live_restore() {
  systemctl reload docker.service
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    forget
    [ "$(engine_says live-restore)" != "$1" ] || return 0
    sleep 0.2
  done
  echo "the engine was told, and live-restore is still $(engine_says live-restore)" >&2
  return 1
}

check_docker_logs() {
  need_engine
  driver=$(engine_says driver)
  case $driver in
    json-file) ;;
    local) pass "the driver local has limits of its own" ;;
    *) na "logs go to $driver" ;;
  esac
  options=$(daemon_get log-opts) || unknown "$unreadable"
  case $options in *'"max-size"'*) pass "$options" ;; esac
  fail "the log of a container grows until the disk is full"
}
fix_docker_logs() {
  daemon_set log-opts '{"max-size": "10m", "max-file": "5"}'
  restart_engine
}
undo_docker_logs() { daemon_undo "$1"; }
apply_docker_logs() { restart_engine; }

check_docker_icc() {
  need_engine
  docker network inspect bridge > /dev/null 2>&1 || na "there is no default bridge"
  [ "$(docker network inspect bridge -f '{{index .Options "com.docker.network.bridge.enable_icc"}}')" != false ] || pass "containers of the default bridge do not reach each other"
  set=$(daemon_get icc) || unknown "$unreadable"
  [ "$set" != false ] || unknown "set, and in effect when the engine starts the next time without containers on that bridge: after a restart of the server"
  fail "containers of the default bridge reach each other"
}
fix_docker_icc() {
  daemon_set icc false
  restart_engine
}
undo_docker_icc() { daemon_undo "$1"; }
apply_docker_icc() { restart_engine; }

check_docker_confinement() {
  need_engine
  with=$(engine_says security)
  case $with in *name=seccomp*) ;; *) fail "containers may use every system call: seccomp is off" ;; esac
  case $with in *seccomp,profile=unconfined*) fail "containers may use every system call: the profile is unconfined" ;; esac
  case $with in *name=apparmor*) pass "seccomp and AppArmor" ;; esac
  ! in_container || na "seccomp is on; container: AppArmor is the machine's"
  fail "AppArmor is off: a container that breaks out meets no second wall"
}

check_docker_no_new_privileges() {
  need_engine
  is=$(daemon_get no-new-privileges) || unknown "$unreadable"
  [ "$is" != true ] || pass "for all containers"
  [ -n "$wanted_optional" ] || na "optional: images that use sudo or setuid programs break; wherry check asks for it service by service"
  fail "setuid programs in containers give more rights"
}
fix_docker_no_new_privileges() {
  daemon_set no-new-privileges true
  restart_engine
}
undo_docker_no_new_privileges() { daemon_undo "$1"; }
apply_docker_no_new_privileges() { restart_engine; }
