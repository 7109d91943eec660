# Puts the new host key in place of the one that came with the server's user data. Again, and after a cut anywhere: what is left.
set -eu
if [ "$(id -u)" = 0 ]; then as_root() { "$@"; }; else as_root() { sudo -n "$@"; }; fi
key=/etc/ssh/ssh_host_ed25519_key
if as_root test -f /etc/ssh/next_host_key; then as_root mv -f /etc/ssh/next_host_key "$key"; fi
public="$(as_root ssh-keygen -y -P '' -f "$key")"
echo "$public" | as_root tee "$key.pub" > /dev/null
# Sessions that are open go on.
as_root systemctl reload ssh 2> /dev/null || as_root systemctl restart ssh
