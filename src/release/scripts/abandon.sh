# The release did not make it: its containers stop and stay, for their logs, until the next deployment.
#   $1 slot   $2 release
left=$(containers_of "$1")
[ -z "$left" ] || docker stop -t 5 $left > /dev/null
docker ps -aq --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter "label=wherry.slot=$1" --filter label=com.docker.compose.oneoff=True | xargs -r docker rm -f > /dev/null
[ -e "$home/releases/$2/served" ] || rm -rf "$home/releases/$2"
