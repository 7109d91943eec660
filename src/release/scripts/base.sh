# Changes the services that stay from release to release, in place.
#   $1 release   then the services to create or change
release=$1
shift
mkdir -p "$home/base" "$home/data"
chmod 711 "$home/data"
rm -rf "$home/base.new"
cp -a "$home/releases/$release/base" "$home/base.new"
# Files that running containers have mounted stay where they are; only what changed is replaced. Those of secrets are read-only.
[ ! -d "$home/base/files" ] || chmod -R u+w "$home/base/files"
cp -a "$home/base.new/." "$home/base/"
rm -rf "$home/base.new"
if ! base_compose up --detach --wait --wait-timeout 180 --no-build --pull never "$@"; then
  tell_logs $(containers_of base)
  problem base-failed "a service that keeps data did not start: $*"
  exit 1
fi
