ssh_ports() { cached ports find_ssh_ports; }
find_ssh_ports() {
  {
    if has sshd; then sshd_for "$login" | awk '$1 == "port" { print $2 }'; fi
    if systemctl is-active --quiet ssh.socket; then systemctl show -p Listen --value ssh.socket | grep -Eo ':[0-9]+ ' | tr -d ': '; fi
  } | sort -un
}

# Lines PORT[/PROTOCOL][@NETWORK] of --allow, kept for the next time: a file of the control firewall like its others.
allowed() { if [ -n "$allow" ]; then printf '%s\n' "$allow" | tr ' ' '\n'; else cat "$settings/allow" 2> /dev/null; fi; }
allowed_rules() {
  allowed | while IFS= read -r line; do
    [ -n "$line" ] || continue
    network=${line#*@}
    [ "$network" != "$line" ] || network=
    port=${line%%@*}
    protocol=${port#*/}
    [ "$protocol" != "$port" ] || protocol=tcp
    from=
    case $network in '') ;; *:*) from="ip6 saddr $network " ;; *) from="ip saddr $network " ;; esac
    printf '    %s%s dport %s accept\n' "$from" "$protocol" "${port%%/*}"
  done
}

# Docker's bridges that have a name of their own; the others are called docker0 and br-ID. An engine that is stopped names
# none: then they are those of the table that is loaded.
named_bridges() {
  has docker || return 0
  if ! engine; then
    nft_loaded firewall | sed -nE 's/^[[:space:]]*iifname "([A-Za-z0-9_.-]{1,15})" accept$/\1/p' | grep -vx lo
    return
  fi
  networks=$(docker network ls -q --filter driver=bridge)
  # shellcheck disable=SC2086  # several words on purpose
  docker network inspect -f '{{with index .Options "com.docker.network.bridge.name"}}{{.}}{{end}}' $networks 2> /dev/null |
    grep -E '^[A-Za-z0-9_.-]{1,15}$' | grep -vE '^(docker|br-)' | sort -u
}

# Where Docker sends a published port elsewhere is at -100: here it still has the number that was asked for. So this holds
# for what Docker publishes and for programs of the server alike, for both versions of IP, and for every way in which
# Docker makes its own rules.
firewall_rules() {
  ports=$({ ssh_ports; echo 80; echo 443; } | sort -un | paste -sd, - | sed 's/,/, /g')
  cat << END
table inet wherry_firewall {
  chain from_outside {
    type filter hook prerouting priority -150; policy accept;
$(for one in lo 'docker*' 'br-*' $(named_bridges) 'veth*' 'wg*' 'tailscale*'; do echo "    iifname \"$one\" accept"; done)
    ct state established,related accept
    meta l4proto icmp accept
    meta l4proto ipv6-icmp accept
    udp sport 67 udp dport 68 accept
    ip6 saddr fe80::/10 udp dport 546 accept
    tcp dport { $ports } accept
$(allowed_rules)
    drop
  }
}
END
}

# What listens for others than this server itself, and is neither SSH, HTTP(S) nor allowed.
listening() {
  known=$({ ssh_ports; echo 80; echo 443; allowed; } | sed 's/@.*//; /\//!s/$/\/tcp/' | tr '\n' ' ')
  ss -Htuln 2> /dev/null | awk -v known=" $known" '
    { address = $5; port = $5; sub(/.*:/, "", port); sub(/:[^:]*$/, "", address)
      # 68 and 546: the answers of DHCP.
      if (address ~ /^127\.|^\[::1\]|%lo$|^\[fe80/ || index(known, " " port "/" $1 " ") || port == 68 || port == 546) next
      print port "/" $1 }' | sort -u | sort -n | tr '\n' ' '
}

allowed_is_kept() { [ -z "$allow" ] || holds "$settings/allow" "$(allowed)"; }
check_firewall() {
  if allowed_is_kept && nft_is firewall "$(firewall_rules)"; then pass "open: $(ssh_ports | tr '\n' ' ')80 443 $(allowed | tr '\n' ' ')"; fi
  if [ -n "$(nft_loaded firewall)" ]; then fail "its rules are not what they should be"; fi
  others=$(listening)
  fail "anyone may reach every port${others:+; what listens and would be closed: $others}"
}
prepare_firewall() { apt_install nftables; }
fix_firewall() {
  if ! allowed_is_kept; then allowed | install_file "$settings/allow" 644; fi
  nft_fix firewall "$(firewall_rules)"
}
undo_firewall() { nft_undo firewall; }
apply_firewall() { nft_apply firewall; }

check_open_ports() {
  has ss || unknown "ss is not there (iproute2)"
  others=$(listening)
  [ -n "$others" ] || pass "nothing but SSH, 80, 443 and what is allowed listens"
  if nft_is firewall "$(firewall_rules)"; then pass "closed by the firewall: $others"; fi
  fail "open to the world: $others"
}

# Of AWS, Hetzner and most others; its IPv6 sister; of Alibaba. What the server itself asks does not come in anywhere, or
# by loopback. All else that asks by way of it is a container or a guest, whatever its bridge is called. At Google Cloud
# and Oracle the same address answers DNS.
metadata_rules='table inet wherry_metadata {
  chain from_containers {
    type filter hook prerouting priority -160; policy accept;
    iifname "lo" accept
    ip daddr 169.254.169.254 udp dport 53 accept
    ip daddr 169.254.169.254 tcp dport 53 accept
    ip daddr { 169.254.169.254, 100.100.100.200 } drop
    ip6 daddr fd00:ec2::254 drop
  }
}'
check_metadata() {
  nft_is metadata "$metadata_rules" || fail "containers may ask the provider for the keys and the first configuration of this server"
  pass "closed for containers"
}
fix_metadata() { nft_fix metadata "$metadata_rules"; }
undo_metadata() { nft_undo metadata; }
apply_metadata() { nft_apply metadata; }

check_forwarding() {
  need_engine
  against=$(grep -rlE '^[[:space:]]*net[./]ipv4[./]ip_forward[[:space:]]*=[[:space:]]*0' /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/lib/sysctl.d 2> /dev/null | tr '\n' ' ')
  if [ "$(sysctl -n net.ipv4.ip_forward)" = 1 ]; then
    if [ -n "$against" ] && ! holds /etc/sysctl.d/99-zz-wherry-forwarding.conf 'net.ipv4.ip_forward = 1'; then fail "on now, but not after the next boot: $against"; fi
    pass "on"
  fi
  fail "net.ipv4.ip_forward is 0: containers reach nobody"
}
fix_forwarding() {
  remember_word sysctl-net.ipv4.ip_forward "$(sysctl -n net.ipv4.ip_forward)"
  echo 'net.ipv4.ip_forward = 1' | install_file /etc/sysctl.d/99-zz-wherry-forwarding.conf 644
  sysctl -q -w net.ipv4.ip_forward=1
}
undo_forwarding() { sysctl_undo "$1"; }

# Redirects are only believed where "all" allows it; sent where "all" or the interface does, and Docker makes interfaces
# from "default". ip_forward is not in here: containers live by it. 2 for rp_filter: 1 drops answers on servers with
# several ways out.
network_kernel='net.ipv4.conf.all.accept_redirects=0
net.ipv4.conf.default.accept_redirects=0
net.ipv6.conf.all.accept_redirects=0
net.ipv6.conf.default.accept_redirects=0
net.ipv4.conf.all.send_redirects=0
net.ipv4.conf.default.send_redirects=0
net.ipv4.conf.all.accept_source_route=0
net.ipv4.conf.default.accept_source_route=0
net.ipv6.conf.all.accept_source_route=0
net.ipv4.conf.all.rp_filter=2
net.ipv4.tcp_syncookies=1
net.ipv4.icmp_echo_ignore_broadcasts=1
net.ipv4.icmp_ignore_bogus_error_responses=1'
check_network_kernel() {
  wrong=$(sysctl_wrong "$network_kernel")
  [ -z "$wrong" ] || fail "${wrong%, }"
  pass "as it should be; forwarding is left to Docker"
}
fix_network_kernel() { sysctl_fix "$network_kernel"; }
undo_network_kernel() { sysctl_undo "$1"; }
