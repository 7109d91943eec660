# Containers that are stopped for a while, and a restart of the server in between: nobody may be there then to start them, and
# Docker starts what was stopped by hand only where it is to restart `always`.

#   $1 file that remembers what was changed   then containers that are about to be stopped
back_with_server() {
  local file=$1 stays
  shift
  stays=$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}} {{.Id}}' "$@" | sed -n 's/^unless-stopped //p')
  [ -n "$stays" ] || return 0
  { cat "$file" 2> /dev/null || :; printf '%s\n' "$stays"; } | put "$file"
  # shellcheck disable=SC2086  # several words on purpose
  docker update --restart always $stays > /dev/null
}

# They are started again: as before.   $1 the same file
as_before_restart() {
  [ -e "$1" ] || return 0
  # shellcheck disable=SC2046  # several words on purpose
  docker update --restart unless-stopped $(cat "$1") > /dev/null 2>&1 || :
  rm -f "$1"
}
