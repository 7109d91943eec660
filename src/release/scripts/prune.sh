# Removes releases that are not kept, and images of this app that no release on this server needs any more. Everything
# that is not this app's stays, and so does every volume.
#   $1 releases to remove (space separated)   $2 references of images that this app pulled and may not need any more
for release in $1; do rm -rf "$home/releases/$release"; done
# shellcheck disable=SC2086  # several words on purpose
remove_unneeded $2
rm -rf "$home"/incoming/*
