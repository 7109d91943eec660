# Makes the slot's networks and lets the services that stay join them under their own names.
#   $1 slot   $2 release   $3 lines `SERVICE NETWORK ALIAS...`
slot_compose "$1" "$2" create --no-build --pull never
printf '%s\n' "$3" | while read -r service network aliases; do
  [ -n "$service" ] || continue
  id=$(containers_of base --filter "label=wherry.service=$service" --filter label=com.docker.compose.oneoff=False)
  set --
  for alias in $aliases; do set -- "$@" --alias "$alias"; done
  case " $(docker inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}' "$id") " in
    *" $network "*) ;;
    *) docker network connect "$@" "$network" "$id" ;;
  esac
done
