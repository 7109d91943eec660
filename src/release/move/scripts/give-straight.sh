# Gives to the new server itself: what `give` prints goes into the pipe of this number there.
#   $1 number of the stream   then the arguments of give
stream=$1
shift
ended=0
{
  set +e
  (give "$@") 3>&1 1>&2
  echo $? > "$home/way/given-$stream"
} | way_ssh "$stream" > /dev/null 2> "$home/way/said-$stream" || ended=$?
# What ends over there ends this as well; 255 is the connection.
if [ "$ended" = 255 ]; then
  echo "problem way-lost the old server lost the new one: $(tr -d '\r' < "$home/way/said-$stream" | grep . | tail -n 1)" >&2
fi
given=$(cat "$home/way/given-$stream")
[ "$given" = 0 ] || exit "$given"
# Not 255, which would say that the client lost this server.
[ "$ended" = 0 ]
