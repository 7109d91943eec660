import type { ServerAddress } from "../config/index.ts";
import type { Context } from "../system/index.ts";

/** Name of the variable that the generated workflow reads. */
export const knownHostsName = "WHERRY_KNOWN_HOSTS";

export interface KnownHosts {
  /** Lines in the form of known_hosts; empty where nothing is known. */
  readonly text: string;
  /** Hosts that this machine does not know. */
  readonly unknown: readonly string[];
}

/**
 * The keys of servers as this machine knows them: somebody has said yes to them here, or it was pinned. Nothing is fetched
 * from the network, where anybody could answer.
 * @param file in the form of known_hosts; the user's own if left out
 */
export async function knownHosts(
  ctx: Context,
  servers: readonly ServerAddress[],
  file: string | undefined,
): Promise<KnownHosts> {
  const lines = new Set<string>();
  const unknown: string[] = [];
  for (const server of servers) {
    if (server.kind === "local") continue;
    const { host, port = 22 } = server;
    const name = port === 22 ? host : `[${host}]:${port}`;
    const from = file === undefined ? [] : ["-f", file];
    const asked = await ctx.processes.run(["ssh-keygen", "-F", name, ...from], { timeout: 10_000 });
    const found = keyLines(asked.stdout);
    if (found.length === 0) unknown.push(host);
    // Written with its name also where this machine keeps names only as hashes: the next reader wants to see whose key it is.
    for (const line of found) lines.add([name, ...line.split(/\s+/).slice(1, 3)].join(" "));
  }
  return { text: [...lines].toSorted().join("\n"), unknown };
}

/** Is every server of `wanted` in what is there, with a key that this machine knows too? Another one may know more kinds. */
export function vouchesFor(present: string, wanted: string): boolean {
  const there = new Set(keyLines(present).map(nameAndKey));
  const byHost = Map.groupBy(keyLines(wanted).map(nameAndKey), (line) => line.split(" ")[0]);
  return [...byHost.values()].every((lines) => lines.some((line) => there.has(line)));
}

function nameAndKey(line: string): string {
  return line.split(/\s+/).slice(0, 3).join(" ");
}

function keyLines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("@") && line.split(/\s+/).length >= 3);
}
