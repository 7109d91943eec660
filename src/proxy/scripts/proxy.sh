# What scripts need to talk to the proxy. Its sockets are in $proxy/run.

# Runtime commands to the process that serves now. perl is part of every Debian and Ubuntu; socat and nc -U are not.
proxy_say() { perl -e "$proxy_client" "$proxy/run/master.sock" say "$@"; }

# Makes the live map anew from what each environment says is live. Call it under the proxy's lock.
write_live_map() {
  for live in "$state"/apps/*/*/live; do
    [ -e "$live" ] || continue
    read -r slot _ < "$live"
    owner=${live#"$state/apps/"}
    owner=${owner%/live}
    printf '%s-%s %s\n' "${owner%/*}" "${owner#*/}" "$slot"
  done | sort | put "$proxy/maps/live.map" 644
}

# Tells the running proxy what the file says for one owner.
tell_live() {
  proxy_say "set map /wherry/maps/live.map $1 $2" | grep -q . || return 0
  # Not there yet: the owner is new since the proxy read its files.
  proxy_say "add map /wherry/maps/live.map $1 $2"
}
