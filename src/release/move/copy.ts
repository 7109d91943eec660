import { pipeline, Transform } from "node:stream";
import { giveScript } from "../../backup/index.ts";
import type { BackupSettings } from "../../config/index.ts";
import { WherryError } from "../../core/index.ts";
import type { Report } from "../../core/index.ts";
import { phase } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import { eachLine } from "../../system/index.ts";
import type { Context, ProcessResult, RunningProcess } from "../../system/index.ts";
import { tellFacts } from "../backup-report.ts";
import type { Compared } from "../backup-report.ts";
import { preludeFor, unexpected } from "../run.ts";
import type { Scope } from "../run.ts";
import type { DataSize } from "./model.ts";
import { giveOverIt, takeIn } from "./way.ts";

export interface CopiedData {
  readonly bytes: number;
  readonly seconds: number;
  readonly compared: readonly Compared[];
}

interface Copy {
  readonly from: Connection;
  readonly to: Connection;
  readonly scope: Scope;
  readonly backup: BackupSettings | undefined;
  /** What keeps data. */
  readonly data: readonly DataSize[];
  /** The straight way is open, see way.ts. */
  readonly straight: boolean;
}

/** So many at once: an SSH server takes ten sessions of one connection, and small machines have few processors. */
const atOnce = 4;

/**
 * Streams the data of an environment from one server into the services of another, straight or through this machine and
 * never to its disk, and has it counted on both sides. Databases go beside each other, each as a stream of its own.
 * @throws WherryError `failed` where it broke off, or where what arrived is not what was sent
 */
export async function copyData(ctx: Context, copy: Copy, report: Report): Promise<CopiedData> {
  const begun = ctx.clock.monotonic();
  const left = streamsOf(copy.data).map((services, index) => ({ services, number: index + 1 }));
  const pairs = new Set<Pair>();
  const done: Arrived[] = [];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let stream = left.shift(); stream !== undefined && failures.length === 0; stream = left.shift()) {
      const pair = openPair(ctx, copy, stream, report);
      pairs.add(pair);
      try {
        done.push(await pair.arrived);
      } catch (error) {
        failures.push(error);
        // What is still on its way has nowhere to go any more.
        for (const other of pairs) other.kill();
      }
      pairs.delete(pair);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failures.length > 0) throw failures[0];
  const compared = done.flatMap((one) => one.compared);
  const missing = copy.data.filter(({ service }) => !compared.some((one) => one.service === service));
  if (missing.length > 0) {
    const names = missing.map(({ service }) => service).join(", ");
    throw new WherryError("failed", "not-copied", `${names}: was there when the move began, and is not any more`);
  }
  return {
    bytes: done.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: Math.round(ctx.clock.monotonic() - begun) / 1000,
    compared,
  };
}

/** Services that go in one stream: each database alone, and all folders together, for services may share them. Large ones first. */
export function streamsOf(data: readonly DataSize[]): (readonly string[])[] {
  const folders = data.filter(({ method }) => method === "volume");
  const streams = [...data.filter(({ method }) => method !== "volume").map((one) => [one]), folders];
  const bytes = (stream: readonly DataSize[]): number => stream.reduce((sum, one) => sum + one.bytes, 0);
  return streams
    .filter((stream) => stream.length > 0)
    .toSorted((a, b) => bytes(b) - bytes(a))
    .map((stream) => stream.map(({ service }) => service));
}

interface Arrived {
  readonly bytes: number;
  readonly compared: readonly Compared[];
}

interface Pair {
  readonly arrived: Promise<Arrived>;
  kill(): void;
}

interface Stream {
  readonly services: readonly string[];
  /** From 1. */
  readonly number: number;
}

/** One stream from one server to the other. */
function openPair(ctx: Context, copy: Copy, { services, number }: Stream, report: Report): Pair {
  const { from, to, scope, backup, straight } = copy;
  const { onLine, facts } = tellFacts(ctx, report);
  const taking = to.open(phase(preludeFor(scope), [{ id: "take", script: takeIn(straight ? number : undefined) }]));
  eachLine(taking.stdout, onLine);
  taking.stdin.on("error", () => {});
  // Without the deployment: when this client is gone, a server that serves again must not wait for what is stuck in the network.
  const giving = from.open(
    phase(preludeFor({ ...scope, deployment: "-" }), [
      { id: "give", script: straight ? giveOverIt(number, backup, services) : giveScript(backup, services) },
    ]),
    straight ? "keep" : "flow",
  );
  giving.stdin.on("error", () => {});
  giving.stdin.end();
  const counted = straight ? undefined : countedThrough(giving, taking);
  const outcome = async (): Promise<Arrived> => {
    const brokeFirst = Promise.race([giving.done.then(() => "given"), taking.done.then(() => "taken")]);
    // What is on its way arrives all the same; what never began would be waited for.
    if (straight) {
      void giving.done.then(({ exitCode }) => exitCode === 0 || taking.stdin.end());
      void endUnwanted(ctx, giving, taking);
    }
    const [given, taken] = await Promise.all([giving.done, taking.done]);
    const bytes = counted === undefined ? Number(/^way-bytes (\d+)$/m.exec(taken.stdout)?.[1]) : counted.bytes;
    if (given.exitCode === 0 && taken.exitCode === 0) return { bytes, compared: facts().compared };
    throw await whyNot({ from, to }, { given, taken }, await brokeFirst);
  };
  return {
    arrived: outcome(),
    kill() {
      giving.kill();
      taking.kill();
    },
  };
}

/** What nobody takes any more need not be given; a moment for what the other end has to say of that. */
async function endUnwanted(ctx: Context, giving: RunningProcess, taking: RunningProcess): Promise<void> {
  if ((await taking.done).exitCode === 0) return;
  await ctx.clock.sleep(10_000);
  giving.kill();
}

function countedThrough(giving: RunningProcess, taking: RunningProcess): { readonly bytes: number } {
  const counted = { bytes: 0 };
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      counted.bytes += chunk.length;
      done(null, chunk);
    },
  });
  pipeline(giving.stdout, counter, taking.stdin, () => {});
  return counted;
}

async function whyNot(
  { from, to }: Pick<Copy, "from" | "to">,
  { given, taken }: { readonly given: ProcessResult; readonly taken: ProcessResult },
  first: string,
): Promise<unknown> {
  // Whatever the other end says of a stream that is torn off: this is why.
  const gone = first === "given" ? await from.failureOf(given) : undefined;
  if (gone !== undefined) return gone;
  // That the stream broke off is the consequence of something that happened elsewhere.
  const said = problemIn(taken.stdout);
  const own = said === undefined || said.message.includes("broke off") ? undefined : said;
  const problem = own ?? problemIn(given.stderr);
  // A server that is gone is gone for the other one, too.
  const between = /^problem way-lost (.*)$/m.exec(given.stderr)?.[1];
  const unexplained = problem === undefined || between !== undefined;
  const lost = unexplained ? ((await to.failureOf(taken)) ?? (await from.failureOf(given))) : undefined;
  const differences = [...taken.stdout.matchAll(/^difference (.*)$/gm)].map(([, line = ""]) =>
    line.replaceAll("\t", " "),
  );
  if (lost !== undefined) return lost;
  if (between !== undefined) return new WherryError("failed", "way-lost", between);
  if (problem === undefined) return unexpected("the data could not be copied", `${given.stderr}\n${taken.stderr}`);
  return new WherryError("failed", problem.code, problem.message, {
    context: differences.length === 0 ? [] : ["< sent, > arrived:", ...differences],
  });
}

function problemIn(output: string): { readonly code: string; readonly message: string } | undefined {
  const found = /^problem (\S+) (.*)$/m.exec(output);
  return found === null ? undefined : { code: found[1] ?? "", message: found[2] ?? "" };
}
