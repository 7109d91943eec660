# What controls are made of. A control is check_NAME, which looks and gives a verdict, and fix_NAME; where more than its
# files have to be brought back, apply_NAME makes files count and undo_NAME does the rest. Nothing here asks anybody.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
umask 022

# What was there before, root's alone.
record=/var/lib/wherry-hardening
settings=/etc/wherry-hardening
programs=/usr/local/lib/wherry-hardening
units=/etc/systemd/system
# Whoever logs in to deploy.
login=${SUDO_USER:-$(id -un)}

# A verdict is the last thing that a check says.
pass() { echo "pass $*"; exit 0; }
fail() { echo "fail $*"; exit 0; }
na() { echo "na $*"; exit 0; }
unknown() { echo "unknown $*"; exit 0; }

# What several controls ask is asked once, until something was changed.
#   $1 a name for it   then the command
cached() {
  cache=$scratch/cached.$1
  shift
  if [ ! -e "$cache" ]; then "$@" > "$cache" 2> /dev/null || :; fi
  cat "$cache"
}
forget() { rm -f "$scratch"/cached.*; }

has() { command -v "$1" > /dev/null 2>&1; }
# What belongs to the machine is not a container's to set.
in_container() { systemd-detect-virt --quiet --container 2> /dev/null; }
# Empty where the engine does not answer.
engine_info() { cached engine docker info -f 'live-restore {{.LiveRestoreEnabled}}
swarm {{.Swarm.LocalNodeState}}
driver {{.LoggingDriver}}
security {{join .SecurityOptions " "}}'; }
engine_says() { engine_info | sed -n "s/^$1 //p"; }
engine() { has docker && [ -n "$(engine_says driver)" ]; }
need_engine() { has docker || na "no Docker here: wherry server setup"; engine || unknown "the Docker engine does not answer"; }

apt_install() {
  for package in "$@"; do
    if dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed'; then continue; fi
    # The lists of a fresh server may be empty or old.
    apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$package" > /dev/null 2>&1 && continue
    apt-get -q -o DPkg::Lock::Timeout=120 update > /dev/null
    apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$package" > /dev/null
  done
}

# Keeps a file as it is, or that there is none: once for --undo, and once for the case that this very run is taken back.
remember() {
  for place in "$record/before/$id" "$record/run/$id"; do
    mkdir -p "$place"
    [ -e "$place/paths" ] || : > "$place/paths"
    grep -qxF -- "$1" "$place/paths" && continue
    if [ -e "$1" ] || [ -L "$1" ]; then cp -a -- "$1" "$place/$(wc -l < "$place/paths")"; fi
    printf '%s\n' "$1" >> "$place/paths"
  done
}

# The same for owner and mode alone.
remember_mode() {
  for place in "$record/before/$id" "$record/run/$id"; do
    mkdir -p "$place"
    grep -qF -- " $1" "$place/modes" 2> /dev/null || stat -c '%a %u:%g %n' -- "$1" >> "$place/modes"
  done
}

# The same for a word that undo_NAME needs.
remember_word() {
  for place in "$record/before/$id" "$record/run/$id"; do
    mkdir -p "$place"
    [ -e "$place/$1" ] || printf '%s\n' "$2" > "$place/$1"
  done
}

# The same for a line of a list.
remember_line() {
  for place in "$record/before/$id" "$record/run/$id"; do
    mkdir -p "$place"
    grep -qxF -- "$2" "$place/$1" 2> /dev/null || printf '%s\n' "$2" >> "$place/$1"
  done
}

# Writes standard input to a file. Readers meet the old or the new one.
#   $1 path   $2 mode
install_file() {
  remember "$1"
  mkdir -p "$(dirname "$1")"
  if cat > "$1.wherry-new" && chmod "$2" "$1.wherry-new" && mv -f "$1.wherry-new" "$1"; then return 0; fi
  rm -f "$1.wherry-new"
  return 1
}

# Is a file what this text says?
holds() { [ -f "$1" ] && printf '%s\n' "$2" | cmp -s - "$1"; }

# Puts a copy in the place of a file.
put_back() {
  if cp -a -- "$1" "$2.wherry-new" && mv -fT -- "$2.wherry-new" "$2"; then return 0; fi
  rm -f -- "$2.wherry-new"
  return 1
}

# Puts back what a place remembers of control $id, and makes it count. Whatever cannot be put back, the rest is; only when
# all of it is does this succeed, and the place may go.
restore() {
  place=$1
  name=$(name_of "$id")
  restored=0
  if has "undo_$name"; then "undo_$name" "$place" || restored=1; fi
  if [ -e "$place/paths" ]; then
    n=0
    while IFS= read -r path; do
      if [ -e "$place/$n" ] || [ -L "$place/$n" ]; then put_back "$place/$n" "$path" || restored=1
      else rm -f -- "$path" || restored=1; fi
      n=$((n + 1))
    done < "$place/paths"
  fi
  if [ -e "$place/modes" ]; then
    while read -r mode owner path; do
      [ -e "$path" ] || continue
      chown "$owner" "$path" && chmod "$mode" "$path" || restored=1
    done < "$place/modes"
  fi
  if has "apply_$name"; then "apply_$name" || restored=1; fi
  return "$restored"
}

# A service or timer of ours: there and on as the text says?
unit_is() { holds "/etc/systemd/system/$1" "$2" && systemctl is-enabled --quiet "$1"; }

# Turns off units whose files are about to go.
drop_units() {
  systemctl disable --now "$@" > /dev/null 2>&1 || :
}

# A table of nftables of our own, loaded at boot before the network is there: it stands beside Docker's rules and ufw's, so
# neither of them can take it away, nor is one of theirs touched.
#   $1 name   $2 rules
nft_unit() {
  cat << END
[Unit]
Description=Rules of wherry server harden: $1
DefaultDependencies=no
Before=network-pre.target docker.service shutdown.target
Wants=network-pre.target
After=local-fs.target nftables.service ufw.service
# Its start flushes all tables.
PartOf=nftables.service
Conflicts=shutdown.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f $settings/$1.nft
ExecStop=-/usr/sbin/nft delete table inet wherry_$1
[Install]
WantedBy=multi-user.target
END
}

nft_file() { printf '# Written by wherry server harden.\ntable inet wherry_%s\ndelete table inet wherry_%s\n%s\n' "$1" "$1" "$2"; }

# What is loaded, as nft writes it: compared with what it was when it was loaded.
nft_loaded() { nft -s list table inet "wherry_$1" 2> /dev/null; }

nft_is() {
  holds "$settings/$1.nft" "$(nft_file "$1" "$2")" && unit_is "wherry-$1.service" "$(nft_unit "$1")" &&
    [ -n "$(nft_loaded "$1")" ] && [ "$(nft_loaded "$1")" = "$(cat "$record/$1.loaded" 2> /dev/null)" ]
}

nft_fix() {
  apt_install nftables
  # systemd logs what a unit cannot load; here it is said.
  nft_file "$1" "$2" > "$record/$1.try"
  nft -c -f "$record/$1.try" && rm -f "$record/$1.try"
  nft_file "$1" "$2" | install_file "$settings/$1.nft" 644
  nft_unit "$1" | install_file "/etc/systemd/system/wherry-$1.service" 644
  nft_apply "$1"
}

nft_apply() {
  if [ -e "/etc/systemd/system/wherry-$1.service" ]; then
    # Not restart: its stop would leave the server open for an instant. The file replaces the table in one transaction.
    systemctl daemon-reload && systemctl enable --quiet "wherry-$1.service" && nft -f "$settings/$1.nft" &&
      systemctl start "wherry-$1.service" && nft_loaded "$1" > "$record/$1.loaded"
  else
    systemctl daemon-reload
  fi
}

nft_undo() {
  drop_units "wherry-$1.service"
  nft delete table inet "wherry_$1" 2> /dev/null || [ -z "$(nft_loaded "$1")" ]
}

# What the files of sysctl.d make of a setting at the next boot; empty where none has it. The last one counts; patterns
# give way to names, and a name may be written with / for . as well.
sysctl_files() { /usr/lib/systemd/systemd-sysctl --cat-config; }
sysctl_at_boot() {
  cached sysctl sysctl_files | sed -nE 's/^[[:space:]]*-?([^#;=[:space:]]+)[[:space:]]*=[[:space:]]*([^[:space:]]+)[[:space:]]*$/\1 \2/p' |
    awk -v key="$1" '{ gsub("/", ".", $1) } $1 == key { value = $2 } END { print value }'
}

# Settings of the kernel: lines NAME=VALUE, or NAME=VALUE/OTHER where others are as good. One that this kernel does not
# have is none of ours.
sysctl_wrong() {
  printf '%s\n' "$1" | while IFS='=' read -r key good; do
    is=$(sysctl -n "$key" 2> /dev/null) || continue
    later=$(sysctl_at_boot "$key")
    case /$good/ in
      */"$is"/*) case /$good/ in */"${later:-$is}"/*) ;; *) printf '%s is %s after the next boot, ' "$key" "$later" ;; esac ;;
      *) printf '%s is %s, ' "$key" "$is" ;;
    esac
  done
}

# The last file wins: a list of somebody else may be called 99-something.
sysctl_fix() {
  printf '%s\n' "$1" | while IFS='=' read -r key _; do
    is=$(sysctl -n "$key" 2> /dev/null) || continue
    remember_word "sysctl-$key" "$is"
  done
  printf '# Written by wherry server harden.\n%s\n' "$1" | sed -E '/^#/!s/=([^\/]*).*/ = \1/' | install_file "/etc/sysctl.d/99-zz-wherry-$id.conf" 644
  printf '%s\n' "$1" | while IFS='=' read -r key good; do
    if [ -e "/proc/sys/$(printf '%s' "$key" | tr . /)" ]; then sysctl -q -w "$key=${good%%/*}"; fi
  done
}

sysctl_undo() {
  for file in "$1"/sysctl-*; do
    [ -e "$file" ] || continue
    sysctl -q -w "${file##*/sysctl-}=$(cat "$file")" || :
  done
}

engine_file=/etc/docker/daemon.json
unreadable="$engine_file cannot be read: it is not JSON, or python3 is not there"

# daemon.json is one file for several controls: each remembers its own key.
daemon_get() {
  [ -e "$engine_file" ] || return 0
  has python3 && python3 -c "$daemon_program" get "$1" 2> /dev/null
}

#   $1 key   $2 value as JSON; empty takes the key away
daemon_set() {
  apt_install python3
  for place in "$record/before/$id" "$record/run/$id"; do
    mkdir -p "$place"
    [ -e "$place/daemon.json" ] || python3 -c "$daemon_program" keep "$1" > "$place/daemon.json"
  done
  python3 -c "$daemon_program" set "$1" "$2"
}

daemon_undo() { [ ! -e "$1/daemon.json" ] || python3 -c "$daemon_program" restore "$(cat "$1/daemon.json")"; }

# Now, and when it starts the next time: else that start would end the containers that this stop left alone.
live_restore() {
  [ "$(engine_says live-restore)" = true ] || return 1
  [ "$(daemon_get live-restore)" = true ] || systemctl show -p ExecStart --value docker.service 2> /dev/null | grep -q -e '--live-restore'
}

# Before version 23 it cannot be asked (Debian 12 has 20.10): there the file has to be JSON at least.
engine_accepts() {
  [ -e "$engine_file" ] || return 0
  if dockerd --help | grep -q -e --validate; then dockerd --validate --config-file "$engine_file" > /dev/null
  else python3 -m json.tool "$engine_file" > /dev/null; fi
}

# A restart of the engine ends all containers, unless it is told to leave them alone.
restart_engine() {
  engine_accepts || return 1
  if ! live_restore && [ -n "$(docker ps -q)" ]; then
    echo "the engine would have to be restarted, and would take its containers along: docker-live-restore comes first" >&2
    return 1
  fi
  # Its unit may be started three times a minute.
  systemctl reset-failed docker.service 2> /dev/null || :
  systemctl restart docker.service || return 1
  forget
}
