# MySQL and MariaDB: all databases but the server's own, as one dump of one instant; then accounts and their rights.

in_mysql() {
  local inside=$1
  shift
  docker exec -i "$inside" sh -c "$mysql_inside" mysql "$@"
}

dump_mysql() {
  dump_part "$1" databases.sql in_mysql "$2" dump || return 1
  grep -q '^dump-complete$' "$work/said" || { fail "$1: $(said "$work/said")"; return 1; }
  dump_part "$1" accounts.sql in_mysql "$2" accounts
}

#   $1 service   $2 image
begin_mysql() {
  throwaway "$2" -e MARIADB_ROOT_PASSWORD=throwaway -e MYSQL_ROOT_PASSWORD=throwaway || return 1
  wait_for in_mysql "$container" ready
}

#   $1 container   $2 part, on standard input
load_mysql() {
  case $2 in
    accounts.sql) in_mysql "$1" load-accounts ;;
    *) in_mysql "$1" load ;;
  esac
}

ready_mysql() { :; }

figures_mysql() { in_mysql "$1" figures < /dev/null; }

#   $1 service   $2 container that runs
into_mysql() { load_parts "$1" mysql "$2"; }
