# Prints what the old server knows of an environment: a line `archive BYTES`, then a tar.   $1 release   then hosts with certificates
exec 4>&3 3>&2
release=$1
shift
work=$(mktemp -d "$home/move.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/all/environment/releases"
cp -a "$home/releases/$release" "$work/all/environment/releases/"
for file in ledger.jsonl backups.jsonl salt notify; do
  [ ! -e "$home/$file" ] || cp -a "$home/$file" "$work/all/environment/"
done
for folder in "$proxy"/acme/[0-9]*; do
  [ -d "$folder" ] || continue
  into=$work/all/acme/${folder##*/}
  for host in "$@"; do
    [ -e "$folder/certificates/$host.crt" ] || continue
    mkdir -p "$into/certificates"
    cp -a "$folder/certificates/$host".* "$into/certificates/"
    [ ! -d "$folder/accounts" ] || cp -a "$folder/accounts" "$into/"
  done
done
tar -cf "$work/tar" -C "$work/all" .
printf 'archive %s\n' "$(stat -c %s "$work/tar")" >&4
cat "$work/tar" >&4
