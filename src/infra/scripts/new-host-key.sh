# Makes the host key that the server will have, beside the one that it shows now, and prints its public half. Again: the same.
set -eu
if [ "$(id -u)" = 0 ]; then as_root() { "$@"; }; else as_root() { sudo -n "$@"; }; fi
key=/etc/ssh/next_host_key
as_root test -f "$key" || as_root ssh-keygen -q -t ed25519 -N '' -C '' -f "$key"
as_root cat "$key.pub"
