# Makes the host key that the server will have, beside the one that it shows now, and prints its public half. Again: the same.
set -eu
if [ "$(id -u)" = 0 ]; then as_root() { "$@"; }; else as_root() { sudo -n "$@"; }; fi
key=/etc/ssh/next_host_key
# The private half says all: it is there whole, or not at all.
if ! as_root ssh-keygen -y -P '' -f "$key" 2> /dev/null < /dev/null; then
  as_root rm -f "$key" "$key.pub" "$key.new" "$key.new.pub"
  as_root ssh-keygen -q -t ed25519 -N '' -C '' -f "$key.new"
  as_root mv -f "$key.new" "$key"
  as_root rm -f "$key.new.pub"
  as_root ssh-keygen -y -P '' -f "$key"
fi
