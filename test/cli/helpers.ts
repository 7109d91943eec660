import { Writable } from "node:stream";
import { main } from "../../src/cli/app.ts";
import type { Outcome } from "../../src/cli/app.ts";
import type { AnyCommand } from "../../src/cli/definition.ts";
import type { Route } from "../../src/cli/routes.ts";

/** A stream that remembers. */
function sink(): Writable & { written(): string } {
  let content = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      content += String(chunk);
      done();
    },
  });
  return Object.assign(stream, { written: () => content });
}

export interface Ran extends Outcome {
  /** What was written to standard error while the command ran. */
  readonly progress: string;
}

/** Runs a command line in this process with these commands; keys are the words. */
export async function run(
  line: readonly string[],
  commands: Readonly<Record<string, AnyCommand>>,
  {
    signal = new AbortController().signal,
    env = {},
  }: { readonly signal?: AbortSignal; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const routes = Object.entries(commands).map(([words, definition]): Route => ({
    words: words.split(" ") as [string, ...string[]],
    brief: `The ${words}`,
    group: "deploy",
    load: async () => definition,
  }));
  const stderr = sink();
  const outcome = await main(line, { env, cwd: "/", stdout: sink(), stderr, signal }, routes);
  return { ...outcome, progress: stderr.written() };
}
