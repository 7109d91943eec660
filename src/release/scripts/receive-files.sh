# Unpacks the files of a release beside the others, where nobody looks yet.
#   $1 release   $2 bytes of the archive on standard input
rm -rf "$home/incoming/release-$1"
mkdir -p "$home/incoming/release-$1"
head -c "$2" | tar -xpf - -C "$home/incoming/release-$1"
