# What this server is and has: everything that a plan needs, in one round trip. Changes nothing.
command -v docker > /dev/null || { say "missing docker"; exit 0; }
if ! version=$(docker version -f '{{.Server.Version}} {{.Server.Os}} {{.Server.Arch}}' 2>&1); then
  say "refused $(printf '%s' "$version" | tail -n 1)"
  exit 0
fi
say "engine $version"
say "compose $(docker compose version --short 2>/dev/null)"
for program in flock perl tar sync timeout; do command -v "$program" > /dev/null || say "missing $program"; done
# Files of the kernel have the size 0, whatever is in them.
if grep -q . /proc/net/if_inet6 2> /dev/null; then say "ipv6 yes"; fi
root=$(docker info -f '{{.DockerRootDir}}')
say "disk $(df -Pk "$root" | awk 'NR == 2 { print $4 }') $root"
[ -d "$state" ] && say "state $state $(df -Pk "$state" | awk 'NR == 2 { print $4 }')"
# Listening sockets, by port in hexadecimal: needs no program and no root.
for port in 80 443; do
  hex=$(printf '%04X' "$port")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == p { found = 1 } END { exit !found }' && say "listening $port"
done
awk 'NR > 1 && $8 != "00000000" { print "route", $2, $8 }' /proc/net/route >&3
