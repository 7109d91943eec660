# Starts what was stopped on the new server while its folders were filled.
[ -s "$home/move/stopped" ] || exit 0
# shellcheck disable=SC2046  # several words on purpose
docker start $(sort -u "$home/move/stopped") > /dev/null
