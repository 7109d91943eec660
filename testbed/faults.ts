import { mustExecIn, nameOf } from "./machine.ts";
import type { Machine } from "./machine.ts";

/**
 * Every packet that comes from or goes to the outside disappears: nobody gets a reset, connections hang. What runs inside
 * goes on. A reboot heals it.
 */
export async function cutNetwork(n: number): Promise<void> {
  // Its own table, before conntrack and after NAT, so that neither Docker's nor ufw's rules matter, and none is touched.
  const rules = `table inet wherry_testbed_cut
delete table inet wherry_testbed_cut
table inet wherry_testbed_cut {
  chain in { type filter hook prerouting priority raw; iifname "eth0" drop; }
  chain out { type filter hook postrouting priority 300; oifname "eth0" drop; }
}`;
  await mustExecIn(n, ["nft", rules]);
}

export async function healNetwork(n: number): Promise<void> {
  await mustExecIn(n, ["nft", "table inet wherry_testbed_cut; delete table inet wherry_testbed_cut"]);
}

const fill = `
cd /disk/mounted && rm -f fill
fallocate -l "$(($(df --output=avail -B1 . | tail -1) - $1))" fill 2>/dev/null
# What fallocate could not have for want of room for its own records.
[ "$1" -gt 0 ] || head -c 100M /dev/zero >>fill 2>/dev/null
sync -f .
df --output=avail -B1 . | tail -1`;

/** Leaves this many bytes of the disk that holds Docker and Wherry. Gives how many are really left. */
export async function fillDisk(machine: Machine, leaveBytes: number): Promise<number> {
  if (machine.disk !== "small") {
    throw new Error(`${nameOf(machine.n)} has the disk of this machine; make it with { disk: "small" } to fill it.`);
  }
  return Number(await mustExecIn(machine.n, ["sh", "-c", fill, "sh", String(leaveBytes)]));
}

export async function freeDisk(n: number): Promise<void> {
  await mustExecIn(n, ["rm", "-f", "/disk/mounted/fill"]);
}
