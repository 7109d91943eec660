# Starts a release in a slot.
#   $1 slot   $2 release   then the services (all but singletons, which have their turn later)
slot=$1 release=$2
shift 2
if ! slot_compose "$slot" "$release" up --detach --no-build --pull never --remove-orphans --no-deps "$@"; then
  tell_logs $(containers_of "$slot")
  problem start-failed "the containers of the release did not start"
  exit 1
fi
