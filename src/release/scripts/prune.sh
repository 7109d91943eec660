# Removes releases that are not kept, and images of this app that no release on this server needs any more. Everything
# that is not this app's stays, and so does every volume.
#   $1 releases to remove (space separated)   $2 references of images that this app pulled and may not need any more
for release in $1; do rm -rf "$home/releases/$release"; done
for image in $(docker image ls --filter "reference=wherry/$app/*" --format '{{.Repository}}:{{.Tag}}') $2; do
  grep -qF "\"image\":\"$image\"" "$state"/apps/*/*/releases/*/release.json 2>/dev/null || docker image rm "$image" > /dev/null 2>&1 || :
done
rm -rf "$home"/incoming/*
