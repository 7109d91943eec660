# The new server waits for the data: it has shown that the release runs here, and shows the page until it may serve.
#   $1 page in base64   $2 slot   $3 release   then services whose folders will be filled
# An earlier move came this far, and not to its end.
[ ! -e "$home/arrived" ] || mv -f "$home/arrived" "$home/arriving"
move_page_on "$1"
# What did not run yet needs its containers all the same: data goes into their folders.
slot_compose "$2" "$3" create --no-build --pull never
hold_back
rm -rf "$home/move"
shift 3
[ $# != 0 ] || exit 0
mkdir -p "$home/move"
base_of "$@" | put "$home/move/stopped"
[ -s "$home/move/stopped" ] || exit 0
# shellcheck disable=SC2046  # several words on purpose
docker stop $(cat "$home/move/stopped") > /dev/null
