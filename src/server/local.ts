import { Readable } from "node:stream";
import type { Context } from "../system/index.ts";
import type { Connection } from "./connection.ts";
import { commandLine } from "./script.ts";

/** This machine's own engine: the same scripts, without SSH. */
export function connectLocal(ctx: Context): Connection {
  const counted = { roundTrips: 0, bytesSent: 0 };
  return {
    name: "local",
    local: true,
    get roundTrips() {
      return counted.roundTrips;
    },
    get bytesSent() {
      return counted.bytesSent;
    },
    async run(script, options = {}) {
      counted.roundTrips += 1;
      const { stdout, stderr, exitCode } = await ctx.processes.run(
        ["sh", "-c", commandLine(script.text, script.args)],
        {
          input: inputOf(script.text, options.input),
          ...(options.onLine === undefined ? {} : { onStdoutLine: options.onLine }),
          ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
        },
      );
      return { stdout, stderr, exitCode };
    },
    open(script, stdout = "keep") {
      counted.roundTrips += 1;
      const running = ctx.processes.start(["sh", "-c", commandLine(script.text, script.args)], {
        stdoutFlows: stdout === "flow",
      });
      running.stdin.write(script.text);
      return running;
    },
    failureOf: async () => undefined,
    passthrough: (command) => command,
    close: async () => {},
  };
}

/** The script, then the data. */
export function inputOf(text: string, data: Readable | Uint8Array | string | undefined): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from(text);
      if (data === undefined) return;
      if (data instanceof Readable) yield* data;
      else yield Buffer.from(data);
    })(),
    { objectMode: false },
  );
}
