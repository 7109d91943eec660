# Makes volumes; does nothing where they are there already.
#   for each: how many words, then the arguments of `docker volume create`
while [ $# -gt 0 ]; do
  count=$1 words=
  shift
  i=1
  while [ "$i" -le "$count" ]; do words="$words \"\${$i}\"" i=$((i + 1)); done
  eval "docker volume create $words" > /dev/null
  shift "$count"
done
