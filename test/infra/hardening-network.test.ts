import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { functions, shell, taken } from "./hardening-shell.ts";

test("the firewall lets Docker's bridges send, those with a name of their own too, and believes no name that is none", () => {
  const text = `cached() { shift; "$@"; }; ssh_ports() { echo 22; }; allow=; settings=$scratch
    docker() { case "$1 $2" in "info -f") echo "driver json-file" ;; "network ls") echo a b ;; *) printf '%s\\n' docker0 "" shop0 br-1 'x" accept' ;; esac; }
    firewall_rules | grep iifname`;
  expect(
    shell(text)
      .split("\n")
      .map((line) => line.trim().split(" ")[1]),
  ).toEqual(['"lo"', '"docker*"', '"br-*"', '"shop0"', '"veth*"', '"wg*"', '"tailscale*"']);
});

test("the names of the bridges are those of the loaded table while the engine is stopped", () => {
  const text = `cached() { shift; "$@"; }; ssh_ports() { echo 22; }; allow=; settings=$scratch; docker() { return 1; }
    nft() { printf '\\t\\tiifname "%s" accept\\n' lo 'docker*' 'br-*' shop0 shop1 'veth*'; }
    firewall_rules | grep iifname`;
  expect(
    shell(text)
      .split("\n")
      .map((line) => line.trim().split(" ")[1]),
  ).toEqual(['"lo"', '"docker*"', '"br-*"', '"shop0"', '"shop1"', '"veth*"', '"wg*"', '"tailscale*"']);
});

test("what listens is known by its protocol too: the firewall opens 443 for TCP alone", () => {
  const text = `ssh_ports() { echo 22; }; allow="5432@10.0.0.0/24 51820/udp"; ss() { cat << END
tcp LISTEN 0 1 0.0.0.0:22 0.0.0.0:*
tcp LISTEN 0 1 [::]:443 [::]:*
udp UNCONN 0 0 0.0.0.0:443 0.0.0.0:*
tcp LISTEN 0 1 0.0.0.0:5432 0.0.0.0:*
tcp LISTEN 0 1 127.0.0.1:6379 0.0.0.0:*
udp UNCONN 0 0 [::]:51820 [::]:*
tcp LISTEN 0 1 *:51820 *:*
END
}; listening`;
  expect(shell(text)).toBe("443/udp 51820/tcp");
});

describe("the list of allowed ports", () => {
  const server = `${taken}; allow="5432 51820/udp"; ssh_ports() { echo 22; }; apt_install() { :; }
    nft() { case $1 in -s) cat "$scratch/table" 2> /dev/null ;; -f) cp "$2" "$scratch/table" ;; delete) rm -f "$scratch/table" ;; esac; }
    nft_fix() { nft_file "$1" "$2" | install_file "$settings/$1.nft" 644; nft_apply "$1"; }
    nft_apply() { [ ! -e "$settings/$1.nft" ] || nft -f "$settings/$1.nft"; }; drop_units() { :; }
    nft_is() { holds "$settings/$1.nft" "$(nft_file "$1" "$2")"; }; say() { cat "$settings/allow" 2> /dev/null | tr '\\n' ' '; echo; }`;

  test("belongs to the firewall: kept with it, and taken back with it", () => {
    const text = `${server}; say; fix_one firewall; say; allow=5432; arm_where_needed 60 firewall; fix_armed firewall; say; revert; say
      allow=; verdict_of firewall; echo "$verdict"; undo_one firewall; say`;
    expect(
      shell(`${text}; echo .`)
        .split("\n")
        .map((line) => line.trim()),
    ).toEqual([
      "firewall changed open: 22 80 443 5432 51820/udp",
      "5432 51820/udp",
      "! armed-for 60",
      "firewall changed open: 22 80 443 5432",
      "5432",
      "firewall reverted",
      "5432 51820/udp",
      "pass open: 22 80 443 5432 51820/udp",
      "firewall changed as it was before",
      "",
      ".",
    ]);
  });

  test("is written again where the rules are right and it is gone", () => {
    const text = `${server}; fix_one firewall; rm "$settings/allow"; fix_one firewall; say`;
    expect(shell(text)).toBe(
      "firewall changed open: 22 80 443 5432 51820/udp \nfirewall changed open: 22 80 443 5432 51820/udp \n5432 51820/udp",
    );
  });

  test("is not written by anything else", () => {
    const text = `${server}; id() { echo 0; }; flock() { :; }; check_other() { pass fine; }; main fix 5432 '' other; say`;
    expect(shell(text)).toBe("other pass fine");
  });
});

/** Real packets through real rules: a namespace of the kernel is the server, another one a container on a bridge of any name. */
const namespaces =
  spawnSync("unshare", ["--net", "nft", "list", "ruleset"]).status === 0 &&
  spawnSync("python3", ["--version"]).status === 0;
if (!namespaces)
  console.log("skipped: real packets through real rules (unshare --net, nft or python3 does not work here)");
describe.skipIf(!namespaces)("the rules about the provider's metadata", () => {
  test.each(["docker0", "br-0123456789ab", "shopnet"])(
    "hold for a container on the bridge %s, and leave DNS",
    (bridge) => {
      const inside = `set -e
      ip link set lo up; ip address add 169.254.169.254/32 dev lo
      ip link add ${bridge} type bridge; ip address add 10.9.0.1/24 dev ${bridge}; ip link set ${bridge} up
      unshare --net sleep 30 & container=$!
      while [ "$(readlink /proc/$container/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
      ip link add outer type veth peer name inner netns $container
      ip link set outer master ${bridge} up
      in_container_run() { nsenter --net=/proc/$container/ns/net "$@"; }
      in_container_run ip address add 10.9.0.2/24 dev inner; in_container_run ip link set inner up
      in_container_run ip route add default via 10.9.0.1
      python3 -c 'import socket, time
open_ones = [socket.create_server(("169.254.169.254", port)) for port in (80, 53)]
time.sleep(30)' & servers=$!
      ask() { "$@" python3 -c 'import socket, sys
for port in (80, 53):
    try:
        socket.create_connection(("169.254.169.254", port), 1).close()
        print("answered", end=" ")
    except OSError:
        print("silent", end=" ")'; }
      sleep 0.7
      ask in_container_run
      printf '%s\\n' "$metadata_rules" | nft -f -
      ask in_container_run; ask
      kill $container $servers`;
      const text = `${functions}\n${inside}`;
      const { stdout, stderr } = spawnSync("unshare", ["--net", "sh", "-c", text], { encoding: "utf8" });
      expect(`${stdout.trim()}${stderr}`).toBe("answered answered silent answered answered answered");
    },
  );
});
