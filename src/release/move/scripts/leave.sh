# This server stops serving, so that nothing is written while its data is copied: the page first, then what is under way may
# end, then the release stops. If the client goes away now, `settle_move` takes it all back.
#   $1 what is known of the move (JSON)   $2 page in base64   then pairs: seconds to wait at most, back end
about=$1 page=$2
shift 2
slot=$(cut -d ' ' -f 1 "$home/live")
before=ours
[ ! -e "$home/maintenance" ] || before=theirs
ran=$(for place in base "$slot"; do containers_of "$place" --filter status=running --filter label=com.docker.compose.oneoff=False; done)
printf '%s\n%s\n%s\n' "$about" "$before" "$ran" | put "$home/moving"
move_page_on "$page"
say "stopped-serving $(now)"
[ $# = 0 ] || perl -e "$proxy_client" "$proxy/run/master.sock" drain "$@" >&3 || :
release=$(containers_of "$slot" --filter status=running)
# shellcheck disable=SC2086  # several words on purpose
[ -z "$release" ] || docker stop $release > /dev/null
