# PostgreSQL: roles and other globals, then each database in a snapshot of its own.

in_postgres() {
  local inside=$1
  shift
  docker exec -i "$inside" sh -c "$postgres_inside" postgres "$@"
}

#   $1 service   $2 container
dump_postgres() {
  in_postgres "$2" databases < /dev/null > "$work/databases" 2> "$work/said" || { fail "$(said "$work/said")"; return 1; }
  printf 'user\t%s\t%s\n' "$1" "$(in_postgres "$2" user < /dev/null)" >> "$work/manifest"
  dump_part "$1" globals.sql in_postgres "$2" globals || return 1
  local database
  while IFS= read -r database; do
    dump_part "$1" "$database.dump" in_postgres "$2" dump "$database" || return 1
    grep -q '^dump-complete$' "$work/said" || { fail "pg_dump of $database: $(said "$work/said")"; return 1; }
  done < "$work/databases"
}

# A throw-away server of the same image, without network, with the same superuser.
#   $1 service   $2 image
begin_postgres() {
  local user live
  # An extension that has to be loaded with the server is so in what runs as well.
  live=$(containers_of base --filter "label=wherry.service=$1" | head -n 1)
  [ -z "$live" ] || arguments=$(docker inspect -f '{{range .Args}}{{println .}}{{end}}' "$live" | awk '/^shared_preload_libraries=[^ ]*$/ { print "-c", $0; exit }')
  user=$(awk -F '\t' -v s="$1" '$1 == "user" && $2 == s { print $3 }' "$work/manifest")
  throwaway "$2" -e "POSTGRES_USER=$user" -e POSTGRES_PASSWORD=throwaway -e POSTGRES_HOST_AUTH_METHOD=trust || return 1
  arguments=
  wait_for in_postgres "$container" ready
}

#   $1 container   $2 part, on standard input
load_postgres() {
  case $2 in
    globals.sql) in_postgres "$1" load-globals ;;
    *) in_postgres "$1" load "${2%.dump}" ;;
  esac
}

ready_postgres() { :; }

#   $1 container   $2 service
figures_postgres() {
  local part
  parts_of "$2" | cut -f 1 | while IFS= read -r part; do
    case $part in globals.sql) ;; *) in_postgres "$1" figures "${part%.dump}" < /dev/null || exit 1 ;; esac
  done
}

#   $1 service   $2 container that runs
into_postgres() { load_parts "$1" postgres "$2"; }
