import { join } from "node:path";
import { pipeline, Transform } from "node:stream";
import type { Readable } from "node:stream";
import type { ServerAddress } from "../config/index.ts";
import { refusedError, type WherryError } from "../core/index.ts";
import { quoteAll, type Context } from "../system/index.ts";
import type { Connection, RemoteResult } from "./connection.ts";
import { inputOf } from "./local.ts";
import { commandLine } from "./script.ts";

export type SshAddress = Extract<ServerAddress, { kind: "ssh" }>;

/** `deploy@203.0.113.10:2222`, as people write it. */
export function formatAddress(address: SshAddress): string {
  const host = address.host.includes(":") && address.port !== undefined ? `[${address.host}]` : address.host;
  return `${address.user === undefined ? "" : `${address.user}@`}${host}${address.port === undefined ? "" : `:${address.port}`}`;
}

/**
 * Arguments of OpenSSH for one server. Everything that is not said here (keys, jump hosts, known_hosts, agent) is
 * as the user's ssh_config says.
 */
function sshArguments(
  address: SshAddress,
  options: { readonly controlPath?: string; readonly config?: string } = {},
): readonly string[] {
  const setting = (name: string, value: string | number): readonly string[] => ["-o", `${name}=${value}`];
  return [
    "ssh",
    ...(options.config === undefined ? [] : ["-F", options.config]),
    ...setting("BatchMode", "yes"),
    ...setting("ConnectTimeout", 10),
    // A dead connection is noticed after 15 s of silence, whatever is running on it.
    ...setting("ServerAliveInterval", 5),
    ...setting("ServerAliveCountMax", 3),
    ...(options.controlPath === undefined
      ? []
      : [
          ...setting("ControlMaster", "auto"),
          ...setting("ControlPath", options.controlPath),
          ...setting("ControlPersist", 15),
        ]),
    ...(address.port === undefined ? [] : ["-p", String(address.port)]),
    ...(address.user === undefined ? [] : ["-l", address.user]),
    "--",
    address.host,
  ];
}

/**
 * One OpenSSH connection for the time of one command. The control socket is this command's own: a wedged master of
 * another command cannot hold it up, and nothing of ours is recycled under another's feet.
 */
export async function connectSsh(ctx: Context, address: SshAddress, socketFolder: string): Promise<Connection> {
  const controlPath = join(socketFolder, "ssh");
  const config = ctx.env["WHERRY_SSH_CONFIG"];
  const base = config === undefined ? {} : { config };
  const argv = sshArguments(address, { ...base, controlPath });
  const name = formatAddress(address);
  const counted = { roundTrips: 0, bytesSent: 0 };
  const counter = (): Transform =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        counted.bytesSent += chunk.length;
        done(null, chunk);
      },
    });

  // Not pipe(): a script that ends early has to end its input as well.
  const through = (input: Readable): Readable => pipeline(input, counter(), () => {});

  return {
    name,
    local: false,
    get roundTrips() {
      return counted.roundTrips;
    },
    get bytesSent() {
      return counted.bytesSent;
    },
    async run(script, options = {}) {
      const first = counted.roundTrips === 0;
      counted.roundTrips += 1;
      const result = await ctx.processes.run([...argv, commandLine(script.text, script.args)], {
        input: through(inputOf(script.text, options.input)),
        ...(options.onLine === undefined ? {} : { onStdoutLine: options.onLine }),
        ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      });
      if (result.timedOut) {
        throw refusedError(
          "connection-lost",
          `${name} did not finish within ${Math.round((options.timeout ?? 0) / 1000)} s`,
          {
            hint: `ssh ${name}, and look at the load and the disk of the server`,
          },
        );
      }
      const failure = isConnectionFailure(result)
        ? await connectionError(ctx, address, result, first, config)
        : undefined;
      if (failure !== undefined) throw failure;
      return result;
    },
    failureOf: async (result) =>
      isConnectionFailure(result) ? connectionError(ctx, address, result, counted.roundTrips === 1, config) : undefined,
    open(script, stdout = "keep") {
      counted.roundTrips += 1;
      const running = ctx.processes.start([...argv, commandLine(script.text, script.args)], {
        stdoutFlows: stdout === "flow",
      });
      running.stdin.write(script.text);
      return running;
    },
    passthrough: (command, { terminal }) => [
      ...argv.slice(0, -2),
      terminal ? "-t" : "-T",
      "--",
      address.host,
      quoteAll(command),
    ],
    async close() {
      const exit = ["-o", `ControlPath=${controlPath}`, "-O", "exit", "--", address.host];
      const argv = [...sshArguments(address, base).slice(0, -2), ...exit];
      // Else what still runs over there (`logs -f`) would keep the connection, and the connection what runs.
      await ctx.processes.run(argv, { lastOrders: true, timeout: 5000 });
    },
  };
}

/** 255 is OpenSSH's own; our scripts never end with it. */
function isConnectionFailure(result: RemoteResult & { readonly signal?: string | undefined }): boolean {
  return result.exitCode === 255 || (result.exitCode === 128 && result.signal !== undefined);
}

async function connectionError(
  ctx: Context,
  address: SshAddress,
  result: RemoteResult,
  first: boolean,
  config: string | undefined,
): Promise<WherryError> {
  const name = formatAddress(address);
  const said = result.stderr
    .trim()
    .split("\n")
    .filter((line) => line !== "");
  if (result.stderr.includes("REMOTE HOST IDENTIFICATION HAS CHANGED")) {
    return refusedError("host-key-changed", `${name} shows another host key than the one that is known`, {
      context: said.filter((line) => /fingerprint|SHA256|Offending/.test(line)),
      hint: "somebody may be in between. If the server was really installed anew, remove the old key with ssh-keygen -R, by hand",
    });
  }
  if (result.stderr.includes("Host key verification failed")) {
    const fingerprints = await scanFingerprints(ctx, address, config);
    return refusedError("host-key-unknown", `the host key of ${name} is not known`, {
      context: fingerprints,
      hint: `compare the fingerprint with the one that your provider shows, then accept it: ${acceptCommand(address, config)}`,
    });
  }
  if (/Permission denied|Too many authentication failures/.test(result.stderr)) {
    return refusedError("permission-denied", `${name} does not accept your SSH key`, {
      context: said,
      hint: `try: ssh ${name}`,
    });
  }
  return refusedError(
    first ? "unreachable" : "connection-lost",
    first ? `${name} cannot be reached` : `the connection to ${name} was lost`,
    {
      context: said,
      hint: first ? `try: ssh ${name}` : "run the same command again: it goes on from what is there",
    },
  );
}

function acceptCommand(address: SshAddress, config: string | undefined): string {
  return quoteAll([
    "ssh",
    ...(config === undefined ? [] : ["-F", config]),
    "-o",
    "StrictHostKeyChecking=ask",
    ...(address.port === undefined ? [] : ["-p", String(address.port)]),
    `${address.user === undefined ? "" : `${address.user}@`}${address.host}`,
    "true",
  ]);
}

/** What the server shows; empty behind a jump host, where only ssh itself can ask. */
async function scanFingerprints(
  ctx: Context,
  address: SshAddress,
  config: string | undefined,
): Promise<readonly string[]> {
  const resolved = await ctx.processes.run([
    ...sshArguments(address, config === undefined ? {} : { config }).slice(0, -2),
    "-G",
    "--",
    address.host,
  ]);
  const value = (key: string): string | undefined => new RegExp(`^${key} (.+)$`, "m").exec(resolved.stdout)?.[1];
  if (value("proxyjump") !== undefined || value("proxycommand") !== undefined) return [];
  const keys = await ctx.processes.run(
    ["ssh-keyscan", "-T", "5", "-p", value("port") ?? "22", "--", value("hostname") ?? address.host],
    { timeout: 10_000 },
  );
  if (keys.stdout.trim() === "") return [];
  const fingerprints = await ctx.processes.run(["ssh-keygen", "-lf", "-"], { input: keys.stdout });
  return fingerprints.stdout.trim().split("\n");
}
