# Which services keep data, and how each is copied.

# How the data of a service is copied, by the image's name, else by what its variables and its program tell.
#   $1 image   $2 variables, NAME=VALUE a line   $3 program and arguments, a line each
method_of() {
  last=${1%%@*}
  last=${last##*/}
  last=${last%%:*}
  # An image that came from here is named for its service, whatever is in it.
  case $1 in wherry/*) last= ;; esac
  case $last in
    *exporter* | *admin* | *backup*) ;;
    *postgres* | postgis* | pgvector* | timescaledb*) echo postgres; return ;;
    mongo | mongodb* | percona-server-mongodb*) echo mongodb; return ;;
    *mysql* | *mariadb* | percona*) echo mysql; return ;;
    redis* | valkey* | keydb*) echo redis; return ;;
  esac
  case "$newline$2" in
    *"${newline}PGDATA="*) echo postgres; return ;;
    *"${newline}MYSQL_VERSION="* | *"${newline}MARIADB_VERSION="*) echo mysql; return ;;
    *"${newline}MONGO_VERSION="*) echo mongodb; return ;;
    *"${newline}REDIS_VERSION="* | *"${newline}REDIS_DOWNLOAD_URL="* | *"${newline}VALKEY_VERSION="*) echo redis; return ;;
  esac
  case $(printf '%s\n' "$3" | sed 's|.*/||' | grep -xE 'postgres|mysqld|mariadbd|mongod|redis-server|valkey-server|keydb-server' | head -n 1) in
    postgres) echo postgres ;;
    mysqld | mariadbd) echo mysql ;;
    mongod) echo mongodb ;;
    *-server) echo redis ;;
    *) echo volume ;;
  esac
}

# Folders of a container that keep data: volumes, and folders of the server that are not the system's.
mounts_of() {
  docker inspect -f '{{range .Mounts}}{{if .RW}}{{.Type}}{{"\t"}}{{if .Name}}{{.Name}}{{else}}{{.Source}}{{end}}{{"\t"}}{{.Destination}}{{"\n"}}{{end}}{{end}}' "$1" |
    awk -F '\t' '$1 == "volume" || ($1 == "bind" && $2 !~ /^\/(dev|proc|sys|run|var\/run|tmp)(\/|$)/ && $2 !~ /^\/etc\/(localtime|timezone|hosts|resolv\.conf|ssl)/ && $2 !~ /\.sock$/ && $2 != "/")'
}

# Lines SERVICE<tab>METHOD<tab>CONTAINER<tab>CONSISTENCY<tab>IMAGE into $work/services.
#   $1 only this service; empty: all
find_services() {
  slot=$(cut -d ' ' -f 1 "$home/live" 2>/dev/null || :)
  : > "$work/services"
  : > "$work/seen"
  for place in base $slot; do
    for container in $(containers_of "$place" --filter label=com.docker.compose.oneoff=False); do
      service=$(docker inspect -f '{{index .Config.Labels "wherry.service"}}' "$container")
      [ -z "$1" ] || [ "$1" = "$service" ] || continue
      image=$(docker inspect -f '{{.Config.Image}}' "$container")
      method=$(service_setting "$service" 3)
      consistency=$(service_setting "$service" 4)
      [ "$method" != none ] || continue
      mounts_of "$container" > "$work/mounts"
      # What a release has without a name ends with it.
      [ "$place" = base ] || sed -i "/^volume${tab}[0-9a-f]\{64\}${tab}/d" "$work/mounts"
      if [ -z "$method" ]; then
        # Of what two releases share, the requests must not wait.
        if [ "$place" = base ]; then
          method=$(method_of "$image" "$(docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' "$container")" \
            "$(docker inspect -f '{{println .Path}}{{range .Args}}{{println .}}{{end}}' "$container")")
        else
          method=volume consistency=${consistency:-live}
        fi
      fi
      if [ "$method" = volume ]; then
        [ -s "$work/mounts" ] || continue
        # Replicas, and releases, with the same volumes: once.
        keys=$(cut -f 1,2 "$work/mounts" | sort)
        if [ "$(printf '%s\n' "$keys" | grep -cvxFf "$work/seen")" = 0 ]; then continue; fi
        printf '%s\n' "$keys" >> "$work/seen"
      fi
      cut -f 1 "$work/services" | grep -qxF "$service" && continue
      printf '%s\t%s\t%s\t%s\t%s\n' "$service" "$method" "$container" "${consistency:-pause}" "$image" >> "$work/services"
    done
  done
  if [ -z "$1" ]; then
    # A name that nothing has would leave what was meant out, or copied in another way than was meant.
    for service in $(awk -F '\t' '$1 == "service" && $3 != "none" { print $2 }' "$settings"); do
      cut -f 1 "$work/services" | grep -qxF "$service" || { fail "backup: services: $service: no such service that keeps data is here"; return 1; }
    done
  fi
  [ -s "$work/services" ] || fail "${1:-nothing that keeps data} is not here: deploy first, or see services: of backup:"
}
