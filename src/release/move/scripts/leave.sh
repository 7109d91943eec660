# This server stops serving, so that nothing is written while its data is copied: the page first, then what is under way may
# end, then the release stops. If the client goes away now, `settle_move` takes it all back.
#   $1 what is known of the move (JSON)   $2 page in base64   $3 services whose folders are copied, with spaces in between
#   then pairs: seconds to wait at most, back end
about=$1 page=$2 folders=$3
shift 3
slot=$(cut -d ' ' -f 1 "$home/live")
before=ours
[ ! -e "$home/maintenance" ] || before=theirs
ran=$(for place in base "$slot"; do containers_of "$place" --filter status=running --filter label=com.docker.compose.oneoff=False; done)
printf '%s\n%s\n%s\n' "$about" "$before" "$ran" | put "$home/moving"
move_page_for_now "$page"
say "stopped-serving $(now)"
[ $# = 0 ] || perl -e "$proxy_client" "$proxy/run/master.sock" drain "$@" >&3 || :
# Nothing is stopped for a client that went away meanwhile.
fence
# shellcheck disable=SC2086  # several words on purpose
[ -z "$ran" ] || back_with_server "$home/moving-restart" $ran
# shellcheck disable=SC2086
release=$(containers_of "$slot" --filter status=running; base_of $folders)
# shellcheck disable=SC2086
[ -z "$release" ] || docker stop $release > /dev/null
