import { join } from "node:path";
import { check, reaches } from "../../check/index.ts";
import { WherryError } from "../../core/index.ts";
import type { ExitName, Report } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { withDatabases } from "./databases.ts";
import { deployBehindGate } from "./deploy.ts";
import type { LocalDeployment } from "./deploy.ts";
import type { BuildStage, CheckStage, CommandStage, LocalStage } from "./plan.ts";

export interface StageResult {
  readonly id: string;
  readonly kind: LocalStage["kind"];
  readonly outcome: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** Why it failed or was left out. */
  readonly reason: string | null;
  /** The last lines of what failed. */
  readonly log: readonly string[];
  /** What this alone would end the command with. */
  readonly exit: ExitName;
}

/** Lines of a failing stage that are kept: enough for the end of any test report. */
const logLines = 200;

/** Where the stages run. */
export interface Place {
  readonly app: string;
  /** Absolute: the top of the repository. */
  readonly root: string;
  /** Absolute: the folder of wherry.yaml. */
  readonly directory: string;
  readonly stacks: readonly string[];
  /** Only where something is deployed. */
  readonly deployment: LocalDeployment | undefined;
}

/**
 * Runs the stages one after the other, all of them whatever fails, as the jobs of a host would. What a failed installation
 * was for is left out, and nothing is deployed once something has failed.
 */
export async function runStages(
  ctx: Context,
  place: Place,
  stages: readonly LocalStage[],
  report: Report,
): Promise<readonly StageResult[]> {
  const results: StageResult[] = [];
  for (const stage of stages) {
    ctx.signal.throwIfAborted();
    const { id, kind } = stage;
    const inTheWay = whatIsInTheWay(stage, results);
    if (inTheWay !== undefined) {
      results.push({
        id,
        kind,
        outcome: "skipped",
        seconds: 0,
        reason: `${inTheWay} failed`,
        log: [],
        exit: "findings",
      });
      continue;
    }
    const begun = ctx.clock.monotonic();
    report({ type: "step-started", id, title: id });
    const failed = await runStage(ctx, place, stage, report);
    const seconds = Math.round(ctx.clock.monotonic() - begun) / 1000;
    // The end of an interrupted program is no result.
    ctx.signal.throwIfAborted();
    report({ type: failed === undefined ? "step-finished" : "step-failed", id, title: id, seconds });
    results.push({
      id,
      kind,
      outcome: failed === undefined ? "passed" : "failed",
      seconds,
      reason: failed?.reason ?? null,
      log: failed?.log ?? [],
      exit: failed === undefined ? "done" : (failed.exit ?? "findings"),
    });
  }
  return results;
}

function whatIsInTheWay(stage: LocalStage, results: readonly StageResult[]): string | undefined {
  const failed = results.filter(({ outcome }) => outcome === "failed").map(({ id }) => id);
  if (stage.kind === "deploy") return failed[0];
  return "part" in stage ? failed.find((id) => id === `install-${stage.part}`) : undefined;
}

interface Failed {
  readonly reason: string;
  readonly log: readonly string[];
  readonly exit?: ExitName;
}

type OnLine = (line: string) => void;

async function runStage(ctx: Context, place: Place, stage: LocalStage, report: Report): Promise<Failed | undefined> {
  const onLine = (text: string): void => report({ type: "line", text });
  try {
    if (stage.kind === "deploy")
      return place.deployment === undefined
        ? undefined
        : await deployBehindGate(ctx, place.directory, place.deployment, report);
    if (stage.kind === "check") return await runCheck(ctx, place, stage);
    if (stage.kind === "build") return await runBuild(ctx, place, stage, onLine);
    return await runCommands(ctx, place, stage, onLine);
  } catch (error) {
    // A database that does not start is the failure of this stage; the others may tell more.
    if (error instanceof WherryError && error.exit !== "interrupted")
      return {
        reason: error.message,
        log: [...error.context, ...(error.hint === undefined ? [] : [error.hint])],
        ...(stage.kind === "deploy" ? { exit: error.exit } : {}),
      };
    throw error;
  }
}

function runCommands(
  ctx: Context,
  { app, root }: Place,
  stage: CommandStage,
  onLine: OnLine,
): Promise<Failed | undefined> {
  const cwd = join(root, stage.folder);
  return withDatabases(ctx, { app, ...stage }, async ({ variables }) => {
    for (const { title, run } of stage.commands) {
      const log = new LastLines(onLine);
      const { exitCode } = await ctx.processes.run(["bash", "-c", supervised, "bash", run], {
        cwd,
        // Test runners watch files where nothing says that nobody looks.
        env: { ...ctx.env, CI: "true", ...variables },
        onStdoutLine: log.add,
        onStderrLine: log.add,
      });
      if (exitCode !== 0)
        return { reason: `${title}: exit code ${exitCode}: ${run.split("\n").at(-1)}`, log: log.lines };
    }
    return undefined;
  });
}

/**
 * `$1` as GitHub runs a script, so that it means the same in both places; in a process group of its own, which ends as a whole
 * when this is interrupted: programs that a test runner has started would go on, and keep the databases from going.
 */
const supervised = `set -m
bash --noprofile --norc -eo pipefail -c "$1" &
trap 'kill -TERM -- -$!; sleep 1; kill -KILL -- -$! 2> /dev/null; exit 130' TERM
wait $!`;

async function runCheck(
  ctx: Context,
  { directory, stacks }: Place,
  { environment }: CheckStage,
): Promise<Failed | undefined> {
  const reports = await Promise.all(
    (stacks.length === 0 ? [undefined] : stacks).map((stack) => check(ctx, { directory, environment, stack })),
  );
  const findings = reports.flatMap((one) => one.findings);
  if (!reaches(findings, "error")) return undefined;
  const bad = findings.filter(({ severity }) => severity === "error");
  return {
    reason: `${bad.length} ${bad.length === 1 ? "finding" : "findings"}: wherry check -e ${environment}`,
    log: bad.map(({ at, rule, message }) => `${at.file}:${at.line}:${at.column} ${rule} ${message}`),
  };
}

/** Its layers stay in the builder's cache, which is what makes the next one quick; its name does not. */
async function runBuild(ctx: Context, { root }: Place, stage: BuildStage, onLine: OnLine): Promise<Failed | undefined> {
  const log = new LastLines(onLine);
  return ctx.files.withTemporaryFolder(async (folder) => {
    const result = await ctx.processes.run(
      [
        "docker",
        "buildx",
        "build",
        "--progress=plain",
        `--iidfile=${folder}/id`,
        "--load",
        `--file=${join(root, stage.dockerfile)}`,
        ...(stage.target === undefined ? [] : [`--target=${stage.target}`]),
        join(root, stage.context),
      ],
      { onStdoutLine: log.add, onStderrLine: log.add },
    );
    const id = (await ctx.files.readText(`${folder}/id`))?.trim();
    // Refused where another name stands for the same image, which is somebody's.
    if (id !== undefined) await ctx.processes.run(["docker", "image", "rm", id], { lastOrders: true });
    if (result.exitCode === 0) return undefined;
    return { reason: `docker buildx build: exit code ${result.exitCode}`, log: log.lines };
  });
}

class LastLines {
  readonly lines: string[] = [];
  readonly add: OnLine;

  constructor(onLine: OnLine) {
    this.add = (line) => {
      onLine(line);
      this.lines.push(line);
      if (this.lines.length > logLines) this.lines.shift();
    };
  }
}
