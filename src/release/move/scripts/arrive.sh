# Takes in what the old server knew of this environment: releases, ledger, the key of secret versions, certificates.
#   $1 what is known of the move (JSON)   $2 release   $3 bytes of the archive on standard input
rm -rf "$home/incoming/moved" "$home/incoming/release-$2"
mkdir -p "$home/incoming/moved"
head -c "$3" | tar -xpf - -C "$home/incoming/moved"
moved=$home/incoming/moved
printf '%s\n' "$1" | put "$home/arriving"
mv "$moved/environment/releases/$2" "$home/incoming/release-$2"
for file in ledger.jsonl backups.jsonl salt notify; do
  [ ! -e "$moved/environment/$file" ] || mv -f "$moved/environment/$file" "$home/$file"
done
# The accounts and certificates of this app's hosts; those of other apps of this server stay.
if [ -d "$moved/acme" ]; then
  mkdir -p "$proxy/acme"
  cp -a -n "$moved/acme/." "$proxy/acme/"
fi
rm -rf "$moved"
