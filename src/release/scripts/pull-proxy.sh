# Gets the newest image of the proxy; without a registry, what is there will do.
#   $1 image
timeout 300 docker pull -q "$1" || docker image inspect "$1" > /dev/null || {
  problem proxy-image-missing "the image $1 is not on the server and cannot be pulled there"
  exit 1
}
