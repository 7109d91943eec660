# Puts on the server what it needs to copy the data of an environment, restic among it.
#   $1 the program   $2 its settings   $3 password of the repository   $4 credentials   $5 who is told; left out: as before
folder=$home/backup
mkdir -p "$folder"
keep() { printf '%s' "$2" | cmp -s - "$1" || printf '%s' "$2" | put "$1"; }
keep "$folder/backup.sh" "$1"
keep "$folder/settings" "$2"
keep "$folder/password" "$3"
if [ -n "$4" ]; then keep "$folder/credentials" "$4"; else rm -f "$folder/credentials"; fi
if [ $# -gt 4 ]; then keep "$home/notify" "$5"; fi
# A folder of the server is made once, for this user; one that is gone later is not made anew.
repository=$(printf '%s' "$2" | awk -F '\t' '$1 == "repository" { print $2 }')
case $repository in
  /*)
    if [ ! -e "$folder/known" ] && [ ! -e "$repository" ] && ! mkdir -p "$repository" 2> /dev/null; then
      # This user has to come through the folders above: the install of Ubuntu 26.04 gives them what umask leaves.
      (umask 022 && as_root install -d -m 0700 -o "$(id -un)" -g "$(id -gn)" "$repository") || { problem no-repository "$repository cannot be made by this user"; exit 77; }
    fi
    ;;
esac
if ! command -v restic > /dev/null; then
  if ! as_root true 2> /dev/null || ! command -v apt-get > /dev/null; then
    problem no-restic "restic is not on the server, and cannot be installed without root and apt-get"
    exit 77
  fi
  export DEBIAN_FRONTEND=noninteractive
  # The system may be updating itself, and mirrors stumble.
  apt() { as_root apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }
  apt install --no-install-recommends restic || { apt update && apt install --no-install-recommends restic; } ||
    { problem no-restic "restic cannot be installed: apt-get install restic, by hand"; exit 77; }
fi
