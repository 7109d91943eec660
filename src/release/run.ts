import { settleLibrary } from "../backup/index.ts";
import { WherryError, type Report } from "../core/index.ts";
import { proxyLibrary } from "../proxy/index.ts";
import { phase, prelude, script, type Connection, type RemoteOptions, type Script } from "../server/index.ts";
import { quote, type Context } from "../system/index.ts";
import moveLibrary from "./move/scripts/stay.sh?raw";
import stateScript from "./scripts/state.sh?raw";
import unneeded from "./scripts/unneeded.sh?raw";
import verifyProgram from "./scripts/verify.pl?raw";
import { stepScript, stepTitle, type Step } from "./steps.ts";
import type { Judgement } from "./watch.ts";

/** Whose state on the server a script works on. `-` as deployment: it holds no lock and changes nothing that needs one. */
export interface Scope {
  readonly app: string;
  readonly environment: string;
  readonly deployment: string;
}

export interface StepResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: "done" | "failed";
  readonly seconds: number;
}

/** What a phase told: how each step went, and everything else that was said. */
export interface PhaseResult {
  readonly steps: readonly StepResult[];
  readonly failure: PhaseFailure | undefined;
  /** `traffic` -> its instant, `healthy` -> lines, ...: what steps told beyond their own end. */
  readonly facts: ReadonlyMap<string, readonly string[]>;
}

export interface PhaseFailure {
  readonly step: string;
  readonly code: string;
  readonly message: string;
  /** Service that is to blame, where one is. */
  readonly service: string | undefined;
  /** Last log lines and exit codes of its containers. */
  readonly context: readonly string[];
}

/** What every script of an environment begins with: the protocol, and the functions that steps use. */
export function preludeFor(scope: Scope): Script {
  const text = `${prelude}\nverify=${quote(verifyProgram)}\n${proxyLibrary}\n${stateScript}\n${unneeded}\n${moveLibrary}\n${settleLibrary}`;
  return script(text, [scope.app, scope.environment, scope.deployment]);
}

/** Runs neighbouring steps as one script: one round trip, with each step reported as it goes. */
export async function runSteps(
  ctx: Context,
  connection: Connection,
  scope: Scope,
  steps: readonly Step[],
  report: Report,
  options: Pick<RemoteOptions, "input" | "timeout"> = {},
): Promise<PhaseResult> {
  const ids = steps.map((step, index) => ({ id: `${step.step}.${index + 1}`, step }));
  const titles = new Map(ids.map(({ id, step }) => [id, stepTitle(step)]));
  const results: StepResult[] = [];
  const facts = new Map<string, string[]>();
  let running: { id: string; since: number } | undefined;

  const end = (outcome: "done" | "failed"): void => {
    if (running === undefined) return;
    const seconds = Math.round(ctx.clock.monotonic() - running.since) / 1000;
    const title = titles.get(running.id) ?? running.id;
    results.push({ id: running.id, title, outcome, seconds });
    report(
      outcome === "done"
        ? { type: "step-finished", id: running.id, title, seconds }
        : { type: "step-failed", id: running.id, title, seconds },
    );
    running = undefined;
  };

  const onLine = (line: string): void => {
    const space = line.indexOf(" ");
    const [word, rest] = space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
    if (word === "begin") {
      running = { id: rest, since: ctx.clock.monotonic() };
      report({ type: "step-started", id: rest, title: titles.get(rest) ?? rest });
    } else if (word === "done") {
      end("done");
    } else {
      facts.set(word, [...(facts.get(word) ?? []), rest]);
      if (word === "fail" || word === "abandoned") end("failed");
      else if (word === "healthy") report({ type: "line", text: `${rest.split(" ")[0]} is healthy` });
      else if (word === "traffic") report({ type: "line", text: `traffic since ${rest}` });
      else if (word === "watched") report({ type: "line", text: rest });
      else if (word === "judgement") {
        const { verdict, reason } = JSON.parse(rest) as Judgement;
        report({ type: "note", text: `${verdict}: ${reason}` });
      }
    }
  };

  const text = phase(
    preludeFor(scope),
    ids.map(({ id, step }) => ({ id, script: stepScript(step) })),
  );
  const result = await connection.run(text, { ...options, onLine });
  end("failed");
  const failure = result.exitCode === 0 ? undefined : failureOf(facts, results, result.stderr, result.exitCode);
  return { steps: results, failure, facts };
}

function failureOf(
  facts: ReadonlyMap<string, readonly string[]>,
  results: readonly StepResult[],
  stderr: string,
  exitCode: number,
): PhaseFailure {
  const problem = facts.get("problem")?.at(-1);
  const step = results.at(-1)?.title ?? "";
  const service = facts.get("unhealthy")?.at(-1);
  if (facts.has("abandoned")) {
    return { step, code: "abandoned", message: "another deployment took over", service: undefined, context: [] };
  }
  const exits = (facts.get("exit") ?? []).map((line) => {
    const [name, status, code, outOfMemory, restarts] = line.split(" ");
    const extras = [
      outOfMemory === "true" ? "out of memory" : "",
      restarts === "0" ? "" : `${restarts} restarts`,
    ].filter((part) => part !== "");
    return `${name}: ${status === "running" ? "running" : `${status}, exit code ${code}`}${extras.length === 0 ? "" : ` (${extras.join(", ")})`}`;
  });
  const logs = (facts.get("log") ?? []).map((line) => `  ${line}`);
  const said = stderr
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .slice(-10);
  if (problem === undefined) {
    return { step, code: "step-failed", message: `${step}: exit code ${exitCode}`, service, context: said };
  }
  const space = problem.indexOf(" ");
  return {
    step,
    code: problem.slice(0, space),
    message: problem.slice(space + 1),
    service,
    context:
      exits.length + logs.length > 0 ? [...exits, ...(logs.length > 0 ? ["last log lines:", ...logs] : [])] : said,
  };
}

/** A server that cannot even run our scripts is told apart from one that refuses. */
export function unexpected(what: string, stderr: string): WherryError {
  return new WherryError("refused", "server-script-failed", what, { context: stderr.trim().split("\n").slice(-10) });
}
