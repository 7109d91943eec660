# Takes what give.sh gives, from standard input, into the services that run here; each is counted again when it is whole.
folder=$home/move

# Programs that run out of room say many things, and seldom that.
no_room() {
  [ "$(df --output=avail -B1 "$(docker info -f '{{.DockerRootDir}}')" | tail -n 1)" -ge 100000000 ] || printf ', as the disk of the new server is full'
}

# All parts of a service, each through its loader, as they come.
#   $1 service   $2 method   $3 container
load_parts() {
  local word service part verdict
  while IFS=$tab read -r word service part <&4; do
    case $word in
      part)
        printf 'part\t%s\t%s\t-\t0\t-\n' "$service" "$part" >> "$work/manifest"
        echo 1 > "$work/frames"
        if ! { perl -e "$unframe" <&4 && echo 0 > "$work/frames" || :; } | "load_$2" "$3" "$part" > "$work/loaded" 2> "$work/said"; then
          fail "$1, $part cannot be taken in: $(said "$work/said")"
          return 1
        fi
        [ "$(cat "$work/frames")" = 0 ] || { fail "the copy of $1 broke off"; return 1; }
        IFS= read -r verdict <&4 || verdict="the copy of $1 broke off"
        [ "$verdict" = good ] || { fail "$verdict"; return 1; }
        ;;
      parts-end) return 0 ;;
    esac
  done
  fail "the copy of $1 broke off"
  return 1
}

# Of a volume the files are counted where they lie now, by the container that has written them.
load_replace_volume() {
  local into=$1 path
  set --
  while IFS= read -r path; do set -- "$@" "./${path#/}"; done < "$work/paths"
  docker run --rm -i --network none --user 0:0 --entrypoint sh --volumes-from "$into" "$(proxy_image)" -c '
    cd /
    for path in "$@"; do find "$path" -mindepth 1 -delete || exit 1; done
    tar --numeric-owner -xpf - || exit 1
    set -- / "$@"
    '"$list_files" sh "$@"
}
figures_volume() { cat "$work/loaded"; }

#   $1 service   $2 method
take_service() {
  local live line
  live=$(docker ps -aq --no-trunc --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter "label=wherry.service=$1" --filter label=com.docker.compose.oneoff=False | head -n 1)
  [ -n "$live" ] || { fail "there is no container of $1 here"; return 1; }
  arguments='' network=none container=$live
  if [ "$2" = volume ]; then
    # What belongs to a release is started with it; what stays from release to release, by whoever wanted the data here. It
    # may be stopped already, by a copy that broke off.
    [ "$(docker inspect -f '{{index .Config.Labels "wherry.slot"}}' "$live")" != base ] || echo "$live" >> "$folder/stopped"
    docker stop "$live" > /dev/null || { fail "$1 cannot be stopped"; return 1; }
  else
    wait_for "in_$2" "$live" ready || return 1
  fi
  "into_$2" "$1" "$live" || return 1
  # Meanwhile the old server counts as well.
  count_now "$1" "$2" "$live" || return 1
  while IFS= read -r line <&4; do
    case $line in
      "fact$tab"*) printf '%s\n' "$line" >> "$work/manifest" ;;
      service-end)
        compare_counted "$1"
        return
        ;;
    esac
  done
  fail "the copy of $1 broke off"
  return 1
}

take_services() {
  local line service method
  while IFS= read -r line <&4; do
    case $line in
      "service$tab"*)
        line=${line#*"$tab"}
        service=${line%%"$tab"*} method=${line#*"$tab"}
        say "copy-begin $service $method"
        take_service "$service" "$method" || { say "copy-failed $service"; return 1; }
        say "copy-done $service"
        ;;
      end)
        [ -z "$different" ] || fail "what arrived of $different is not what was sent"
        return
        ;;
    esac
  done
  fail 'the copy broke off'
  return 1
}

# The stream has a descriptor of its own: whatever a program reads must not be what is behind it.
exec 4<&0 < /dev/null
mkdir -p "$folder"
different=
open_work
: > "$work/manifest"
take_services || { say "problem move-failed $reason$(no_room)"; exit 1; }
