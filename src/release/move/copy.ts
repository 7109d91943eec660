import { pipeline, Transform } from "node:stream";
import { giveScript, takeScript } from "../../backup/index.ts";
import type { BackupSettings } from "../../config/index.ts";
import { WherryError } from "../../core/index.ts";
import type { Report } from "../../core/index.ts";
import { phase } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import { eachLine } from "../../system/index.ts";
import type { Context } from "../../system/index.ts";
import { tellFacts } from "../backup-report.ts";
import type { Compared } from "../backup-report.ts";
import { preludeFor, unexpected } from "../run.ts";
import type { Scope } from "../run.ts";

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
}

/**
 * Streams the data of an environment from one server into the services of another, through this machine and never to its
 * disk, and has it counted on both sides.
 * @throws WherryError `failed` where it broke off, or where what arrived is not what was sent
 */
export async function copyData(ctx: Context, { from, to, scope, backup }: Copy, report: Report): Promise<CopiedData> {
  const begun = ctx.clock.monotonic();
  const { onLine, facts } = tellFacts(ctx, report);
  const taking = to.open(phase(preludeFor(scope), [{ id: "take", script: takeScript }]));
  eachLine(taking.stdout, onLine);
  // Without the deployment: when this client is gone, a server that serves again must not wait for what is stuck in the network.
  const giving = from.open(
    phase(preludeFor({ ...scope, deployment: "-" }), [{ id: "give", script: giveScript(backup) }]),
    "flow",
  );
  giving.stdin.on("error", () => {});
  giving.stdin.end();
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  pipeline(giving.stdout, counter, taking.stdin, () => {});
  const [given, taken] = await Promise.all([giving.done, taking.done]);
  if (given.exitCode === 0 && taken.exitCode === 0) {
    const seconds = Math.round(ctx.clock.monotonic() - begun) / 1000;
    return { bytes, seconds, compared: facts().compared };
  }
  // That the stream broke off is the consequence of something that happened elsewhere.
  const said = problemIn(taken.stdout);
  const own = said === undefined || said.message.includes("broke off") ? undefined : said;
  const problem = own ?? problemIn(given.stderr);
  const lost = problem === undefined ? ((await to.failureOf(taken)) ?? (await from.failureOf(given))) : undefined;
  const differences = [...taken.stdout.matchAll(/^difference (.*)$/gm)].map(([, line = ""]) =>
    line.replaceAll("\t", " "),
  );
  if (lost !== undefined) throw lost;
  if (problem === undefined) throw unexpected("the data could not be copied", `${given.stderr}\n${taken.stderr}`);
  throw new WherryError("failed", problem.code, problem.message, {
    context: differences.length === 0 ? [] : ["< sent, > arrived:", ...differences],
  });
}

function problemIn(output: string): { readonly code: string; readonly message: string } | undefined {
  const found = /^problem (\S+) (.*)$/m.exec(output);
  return found === null ? undefined : { code: found[1] ?? "", message: found[2] ?? "" };
}
