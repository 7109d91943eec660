# The old server after the move: nothing of the app runs, and everything that it had is there.
# The release is stopped already, and may come back with the server.
# shellcheck disable=SC2046  # several words on purpose
stop_for_good $(docker ps -aq --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment")
rm -rf "$home/move"
