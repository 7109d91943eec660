# Installs what a server needs and does not have, and makes Wherry's folder. Needs root or sudo where something is missing.
#   $1 programs that are missing (space separated; "docker" and "compose" among them)
missing=$1

may_be_root() {
  as_root true 2>/dev/null && return
  problem not-root "$1; this user is not root and cannot use sudo without a password"
  exit 77
}

available() { [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]; }

# Debian 13 and Ubuntu have what is needed; older ones get it from Docker's own repository.
install_docker() {
  if available docker-buildx && { available docker-compose-v2 || apt-cache madison docker-compose | grep -Eq '\| *(2|[3-9]|[1-9][0-9])\.'; }; then
    compose=docker-compose
    available docker-compose-v2 && compose=docker-compose-v2
    # The command line is a package of its own in some releases.
    cli=
    available docker-cli && cli=docker-cli
    as_root apt-get install -y -q --no-install-recommends docker.io $cli "$compose" docker-buildx iptables ca-certificates
    return
  fi
  . /etc/os-release
  as_root apt-get install -y -q --no-install-recommends ca-certificates curl
  as_root install -m 0755 -d /etc/apt/keyrings
  curl -fsSL "https://download.docker.com/linux/$ID/gpg" | as_root tee /etc/apt/keyrings/docker.asc > /dev/null
  printf 'deb [arch=%s signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/%s %s stable\n' \
    "$(dpkg --print-architecture)" "$ID" "$VERSION_CODENAME" | as_root tee /etc/apt/sources.list.d/docker.list > /dev/null
  as_root apt-get update -q
  as_root apt-get install -y -q docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin
}

if [ -n "$missing" ]; then
  may_be_root "missing: $missing"
  command -v apt-get > /dev/null || { problem no-apt "missing: $missing; only Debian and Ubuntu can be set up by Wherry"; exit 77; }
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -q
  case " $missing " in *" docker "* | *" compose "*) install_docker ;; esac
  others=
  for program in $missing; do
    case $program in
      docker | compose) ;;
      flock) others="$others util-linux" ;;
      sync | timeout) others="$others coreutils" ;;
      *) others="$others $program" ;;
    esac
  done
  [ -z "$others" ] || as_root apt-get install -y -q --no-install-recommends $others
  say "installed $missing"
fi

if ! docker version > /dev/null 2>&1; then
  may_be_root "the Docker engine does not answer this user"
  if ! as_root docker version > /dev/null 2>&1; then as_root systemctl enable --now docker; fi
  # Who may use the engine is as good as root: said in the documentation.
  id -nG | grep -qw docker || { as_root usermod -aG docker "$(id -un)"; say "joined docker"; }
fi

# Where a deployment came first, all that is known is in the home folder, and stays there.
if [ ! -d /var/lib/wherry ] && [ ! -d "$HOME/.local/state/wherry" ]; then
  # On a machine of one's own without sudo, the home folder will do.
  if as_root true 2>/dev/null; then as_root install -d -m 0700 -o "$(id -un)" -g "$(id -gn)" /var/lib/wherry; fi
fi
