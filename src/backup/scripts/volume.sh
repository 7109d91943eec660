# Everything else: the folders of a container as one tar, while it is paused, stopped or goes on.

# A program for tar is in the proxy's image, which every server has; the service's own may have none.
proxy_image() { docker inspect -f '{{.Image}}' "$(docker ps -aq --filter label=wherry.role=proxy | head -n 1)"; }

paths_of() { mounts_of "$1" | cut -f 3; }

tar_volumes() {
  local from=$1 path
  set -- --numeric-owner -C / -cf -
  while IFS= read -r path; do set -- "$@" "./${path#/}"; done < "$work/paths"
  docker run --rm --label "wherry.work=$work" --network none --user 0:0 --entrypoint tar --volumes-from "$from:ro" "$(proxy_image)" "$@"
}

# Of each file its path and size, as one checksum and one number: what a tar gives back must have the same.
list_volumes() {
  local from=$1 path
  set --
  while IFS= read -r path; do set -- "$@" "./${path#/}"; done < "$work/paths"
  docker run --rm --label "wherry.work=$work" --network none --user 0:0 --entrypoint sh --volumes-from "$from:ro" "$(proxy_image)" -c "$list_files" sh / "$@"
}

list_files='cd "$1" && shift && find "$@" -type f -exec sha256sum {} + | sort > /tmp/list && printf "files\t%d\t%s\n" "$(wc -l < /tmp/list)" "$(sha256sum < /tmp/list | cut -c 1-64)"'

#   $1 service   $2 container   $3 pause, stop or live
dump_volume() {
  local how=$3 result=0
  paths_of "$2" > "$work/paths"
  [ -s "$work/paths" ] || { fail "$1 has no volume and no folder with data"; return 1; }
  sed "s|^|path$tab$1$tab|" "$work/paths" >> "$work/manifest"
  if [ "$(docker inspect -f '{{.State.Running}}' "$2")" != true ]; then how=still; fi
  case $how in
    pause) echo "$2" | put "$work/paused"; docker pause "$2" > /dev/null || { fail "$1 cannot be paused"; return 1; } ;;
    stop) stop_for_now "$2" || { fail "$1 cannot be stopped"; return 1; } ;;
  esac
  # While it goes on, files change between the copy and their counting; else both at once read them once.
  counting=
  if [ "$how" != live ]; then
    list_volumes "$2" < /dev/null > "$work/facts" 2> "$work/counting-said" &
    counting=$!
  fi
  dump_part "$1" volumes.tar tar_volumes "$2" || result=1
  if [ -n "$counting" ] && wait "$counting" && [ "$result" = 0 ]; then keep_facts "$1" "$work/facts"; fi
  resume
  return "$result"
}

begin_volume() {
  container=$(throwaway_volume) || return 1
}

load_volume() {
  docker run --rm -i --label "wherry.work=$work" --network none --user 0:0 --entrypoint tar -v "$1:/copy" "$(proxy_image)" -C /copy --numeric-owner -xpf -
}

ready_volume() { :; }

figures_volume() {
  docker run --rm --label "wherry.work=$work" --network none --user 0:0 --entrypoint sh -v "$1:/copy:ro" "$(proxy_image)" -c "$list_files" sh /copy .
}

# Into the folders of the service itself, which are emptied first; it does not run meanwhile.
#   $1 service   $2 container
into_volume() {
  paths_of "$2" > "$work/paths"
  load_parts "$1" replace_volume "$2"
}

load_replace_volume() {
  local into=$1 path
  set --
  while IFS= read -r path; do set -- "$@" "$path"; done < "$work/paths"
  docker run --rm -i --label "wherry.work=$work" --network none --user 0:0 --entrypoint sh --volumes-from "$into" "$(proxy_image)" -c '
    for path in "$@"; do find "$path" -mindepth 1 -delete || exit 1; done
    exec tar -C / --numeric-owner -xpf -' sh "$@"
}
