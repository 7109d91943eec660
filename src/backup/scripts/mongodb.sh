# MongoDB: an archive of mongodump. Each collection is of its own moment, as always without a replica set's log.

in_mongodb() {
  local inside=$1
  shift
  docker exec -i "$inside" sh -c "$mongodb_inside" mongodb "$@"
}

dump_mongodb() {
  dump_part "$1" archive in_mongodb "$2" dump || return 1
  grep -q '^dump-complete$' "$work/said" || { fail "$1: $(said "$work/said")"; return 1; }
}

#   $1 service   $2 image
begin_mongodb() {
  throwaway "$2" || return 1
  wait_for in_mongodb "$container" ready
}

load_mongodb() { in_mongodb "$1" load; }

ready_mongodb() { :; }

figures_mongodb() { in_mongodb "$1" figures < /dev/null; }

#   $1 service   $2 container that runs
into_mongodb() { load_parts "$1" mongodb "$2"; }
