# Makes the delivered release one of this environment's releases, at once and whole.
#   $1 release
rm -rf "$home/releases/$1"
chmod -R go= "$home/incoming/release-$1" 2>/dev/null || :
[ ! -d "$home/incoming/release-$1/files" ] || chmod -R a+rX "$home/incoming/release-$1/files"
[ ! -d "$home/incoming/release-$1/base/files" ] || chmod -R a+rX "$home/incoming/release-$1/base/files"
mv "$home/incoming/release-$1" "$home/releases/$1"
