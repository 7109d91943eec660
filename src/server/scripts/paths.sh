# Where Wherry keeps what it knows of an environment. Arguments: app, environment, deployment.
app=$1 environment=$2 deployment=$3
if [ -w /var/lib/wherry ] || [ "$(id -u)" = 0 ]; then state=/var/lib/wherry; else state=$HOME/.local/state/wherry; fi
home=$state/apps/$app/$environment
proxy=$state/proxy

# Docker Compose on one slot's project: slot_compose SLOT RELEASE ARGUMENT...
slot_compose() {
  slot=$1 release=$2
  shift 2
  folder=$home/releases/$release
  if [ -e "$folder/secrets.yaml" ]; then set -- -f "$folder/secrets.yaml" "$@"; fi
  WHERRY_RELEASE=$release WHERRY_DATA=$home/data docker compose -p "$app-$environment-$slot" --project-directory "$folder" \
    --env-file "$home/slots/$slot.env" -f "$folder/compose.yaml" "$@"
}

# The same for the services that stay from release to release.
base_compose() {
  folder=$home/base
  if [ -e "$folder/secrets.yaml" ]; then set -- -f "$folder/secrets.yaml" "$@"; fi
  WHERRY_DATA=$home/data docker compose -p "$app-$environment" --project-directory "$folder" \
    --env-file "$home/slots/base.env" -f "$folder/compose.yaml" "$@"
}

# Containers of this environment in one slot; more filters may follow.
containers_of() {
  wanted=$1
  shift
  docker ps -aq --no-trunc --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter "label=wherry.slot=$wanted" "$@"
}
