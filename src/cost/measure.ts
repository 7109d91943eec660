import type { ServerAddress } from "../config/index.ts";
import { refusedError } from "../core/index.ts";
import { script, withConnection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import type { Unknown } from "./schema.ts";
import measureScript from "./scripts/measure.sh?raw";

const daySeconds = 86_400;
/** 730 hours. */
const monthSeconds = 730 * 3600;

/** What a server says that it is; figures as the kernel counts them. */
export interface Machine {
  readonly cpus: number;
  /** GiB that the kernel manages: some less than what is rented. */
  readonly memory: number;
  /** GiB of the file systems of the system and of Docker. */
  readonly disk: number;
  readonly diskUsed: number;
  readonly architecture: "x86" | "arm";
  /** What the firmware says: `Hetzner`, `DigitalOcean`. Null where it says nothing. */
  readonly vendor: string | null;
  readonly addresses: readonly string[];
  /** GB a month that it sends, as the network cards have counted since it was started. */
  readonly traffic: number | Unknown;
  /** Lines of `sadf -d`, all days together; null where sysstat is not installed. */
  readonly sysstat: readonly string[] | null;
}

/** Looks at a server without changing anything. One round trip. */
export async function measure(
  ctx: Context,
  address: ServerAddress,
): Promise<{ readonly server: string; readonly machine: Machine }> {
  return withConnection(ctx, address, async (connection) => {
    const { stdout, exitCode, stderr } = await connection.run(script(measureScript), { timeout: 60_000 });
    const machine = parseMachine(stdout);
    if (exitCode !== 0 || machine === undefined) {
      throw refusedError("not-measured", `${connection.name} does not say what it has`, {
        context: stderr.split("\n").filter((line) => line !== ""),
        hint: "it has to be Linux",
      });
    }
    return { server: connection.name, machine };
  });
}

/** Reads what `measure.sh` tells; undefined where something that every Linux has is missing. */
export function parseMachine(output: string): Machine | undefined {
  const facts = output.split("\n").map((line) => {
    const space = line.indexOf(" ");
    return space === -1 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
  });
  const all = (name: string): readonly string[] => facts.flatMap(([key, value = ""]) => (key === name ? [value] : []));
  const one = (name: string): string | undefined => all(name)[0];
  const cpus = Number(one("cpus"));
  const kilobytes = Number(one("memory"));
  const machine = one("machine") ?? "";
  const disks = all("disk").map((line) => line.split(" ").map(Number));
  if (!(cpus > 0) || !(kilobytes > 0) || disks.length === 0) return undefined;
  const gigabytes = (column: number): number =>
    disks.reduce((sum, disk) => sum + (disk[column] ?? 0), 0) / (1024 * 1024);
  return {
    cpus,
    memory: kilobytes / (1024 * 1024),
    disk: gigabytes(0),
    diskUsed: gigabytes(1),
    architecture: /^(aarch64|arm)/.test(machine) ? "arm" : "x86",
    vendor: one("vendor")?.trim() || null,
    addresses: (one("addresses") ?? "").split(" ").filter((address) => address !== ""),
    traffic: trafficOf(one("sent"), Number(one("uptime"))),
    sysstat: one("sysstat") === undefined ? null : all("sar"),
  };
}

function trafficOf(sent: string | undefined, uptime: number): number | Unknown {
  if (sent === undefined) return { unknown: "it has no network card that could be counted" };
  if (!(uptime > daySeconds)) return { unknown: "it runs for less than a day" };
  return ((Number(sent) / uptime) * monthSeconds) / 1e9;
}
