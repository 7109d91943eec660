import type { TestServer } from "../../testbed/index.ts";

/** What goes through a server's port 22, seen by the server: the same measure for every contender. */
export interface Passed {
  /** TCP connections that were let in. */
  readonly connections: number;
  /** Commands and transfers: each costs at least one round trip. */
  readonly sessions: number;
  readonly bytesToServer: number;
  readonly bytesFromServer: number;
}

const rules = `table inet wherry_bench {
  counter to {}
  counter from {}
  chain in { type filter hook input priority -300; tcp dport 22 counter name "to"; }
  chain out { type filter hook output priority -300; tcp sport 22 counter name "from"; }
}`;

const logLevel = "/etc/ssh/sshd_config.d/bench.conf";

type Server = Pick<TestServer, "exec">;

/** Lets a server count. sshd tells of sessions only when it is told to. */
export async function startMeter(server: Server): Promise<void> {
  await must(server, ["nft", rules]);
  await must(server, ["sh", "-c", `echo LogLevel VERBOSE > ${logLevel} && systemctl reload ssh`]);
}

/** What has gone through since the meter was started. */
export async function readMeter(server: Server): Promise<Passed> {
  const { nftables } = JSON.parse(
    await must(server, ["nft", "-j", "list", "counters", "table", "inet", "wherry_bench"]),
  ) as {
    nftables: readonly { counter?: { name: string; bytes: number } }[];
  };
  const bytes = (name: string): number =>
    nftables.find(({ counter }) => counter?.name === name)?.counter?.bytes ?? Number.NaN;
  const log = await must(server, ["sh", "-c", "journalctl --sync; journalctl -t sshd -t sshd-session -o cat"]);
  const count = (pattern: RegExp): number => log.match(pattern)?.length ?? 0;
  return {
    connections: count(/^Accepted \S+ for /gm),
    sessions: count(/^Starting session: /gm),
    bytesToServer: bytes("to"),
    bytesFromServer: bytes("from"),
  };
}

export function difference(after: Passed, before: Passed): Passed {
  return {
    connections: after.connections - before.connections,
    sessions: after.sessions - before.sessions,
    bytesToServer: after.bytesToServer - before.bytesToServer,
    bytesFromServer: after.bytesFromServer - before.bytesFromServer,
  };
}

/** Bytes of memory that a container's processes have for themselves, shared pages divided among those who share them. */
export async function memoryOf(server: Server, label: string): Promise<number | null> {
  const script = `for container in $(docker ps --quiet --filter label="$1"); do
  for process in $(docker top "$container" -o pid | tail -n +2); do grep ^Pss: /proc/$process/smaps_rollup; done
done`;
  const lines = (await must(server, ["sh", "-c", script, "sh", label])).match(/\d+(?= kB)/g) ?? [];
  return lines.length === 0 ? null : lines.reduce((total, kilobytes) => total + Number(kilobytes) * 1024, 0);
}

async function must(server: Server, argv: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await server.exec(argv);
  if (exitCode !== 0) throw new Error(`${argv[0]} on the server failed: ${stderr}`);
  return stdout;
}
