# The old server after the move: nothing of the app runs, and everything that it had is there.
running=$(docker ps -q --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment")
# shellcheck disable=SC2086  # several words on purpose
[ -z "$running" ] || docker stop $running > /dev/null
rm -rf "$home/move"
