# Lets the old release run on for a while, so that the way back to it is one change in the proxy. It is stopped by a process
# that waits here, unless another deployment has taken the slot; after a reboot, by the next deployment.
#   $1 slot   $2 release   $3 seconds   then the services that stop now
slot=$1 release=$2 seconds=$3
shift 3
for service in "$@"; do
  containers_of "$slot" --filter "label=wherry.service=$service" | xargs -r docker stop > /dev/null
done
token=$(now)
printf '%s %s %s\n' "$slot" "$release" "$token" | put "$home/warm"
# Without our descriptors: whoever waits for our last program must not wait for this one.
setsid sh -c "$cool" cool "$home" "$app" "$environment" "$slot $release $token" "$seconds" < /dev/null > /dev/null 2>&1 3>&- 8>&- 9>&- &
