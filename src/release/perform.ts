import { WherryError } from "../core/index.ts";
import type { Report, Seconds } from "../core/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import type { Delivery } from "./deliver.ts";
import { ledgerLine } from "./ledger-line.ts";
import type { Beginning, Ending } from "./ledger-line.ts";
import type { DeploymentPlan } from "./plan.ts";
import { deploymentFailed, isPause, pausedAt } from "./result.ts";
import type { DeploymentResult } from "./result.ts";
import { runSteps } from "./run.ts";
import type { PhaseResult, Scope, StepResult } from "./run.ts";
import type { Step } from "./steps.ts";
import type { Outcome } from "./ledger.ts";
import { longestWatch, parseJudgements } from "./watch.ts";

export interface Performance {
  readonly connection: Connection;
  readonly scope: Scope;
  readonly plan: DeploymentPlan;
  readonly beginning: Beginning;
  readonly delivery: Delivery;
}

/** What came of it; `secured` are the hosts that have a certificate. */
export type Performed = Pick<DeploymentResult, "outcome" | "steps" | "failure" | "judgements"> & {
  readonly secured: ReadonlySet<string>;
};

const none: ReadonlySet<string> = new Set();

/** One script may take this long: the transfer of images, the jobs, and the deadlines of health checks. */
const longest: Seconds = 3600;

/**
 * Carries out the plan of a deployment, under the lock: everything up to the switch in one round trip, everything after
 * it in another. What fails before the switch is stopped again, and what served goes on serving.
 */
export async function perform(
  ctx: Context,
  { connection, scope, plan, beginning, delivery }: Performance,
  report: Report,
): Promise<Performed> {
  const lineFor = (ending: Ending): Step => ({
    step: "write-ledger",
    line: JSON.stringify(ledgerLine(beginning, ending)),
  });
  const watches = plan.steps.map((step) => (step.step === "watch" ? longestWatch(step) : 0));
  const timeout = (longest + watches.reduce((sum, seconds) => sum + seconds, 0)) * 1000;
  const options = delivery.input === undefined ? { timeout } : { timeout, input: delivery.input };

  const first = await runSteps(ctx, connection, scope, plan.steps, report, options).catch((error: unknown) =>
    interruptedBy(error, beginning),
  );
  if (first instanceof WherryError)
    return { outcome: "cancelled", steps: [], judgements: [], secured: none, failure: first };
  const judgements = parseJudgements(first.facts.get("judgement") ?? []);
  if (first.failure !== undefined) {
    const { code, message, step } = first.failure;
    const share = shareReached(plan, first.steps.length);
    const ending = (outcome: Outcome, reason: string): Ending => ({ outcome, failedStep: step, reason, judgements });
    if (isPause(code)) {
      const line = lineFor(ending("cancelled", `stays at ${share} %: ${message}`));
      const last = await runSteps(ctx, connection, scope, [line], report, { timeout });
      const failure = code === "paused" ? {} : { failure: pausedAt(share, first.failure, plan) };
      return { outcome: "paused", steps: [...first.steps, ...last.steps], judgements, secured: none, ...failure };
    }
    const tried = first.facts.has("traffic");
    const outcome = code === "aborted" ? "cancelled" : tried ? "failed_after_traffic" : "failed_before_traffic";
    const failure = deploymentFailed(first.failure, plan.release, plan.previous);
    // Another deployment has the lock: what is there is its own to clear up.
    const last =
      code === "abandoned"
        ? nothing
        : await runSteps(ctx, connection, scope, [...plan.abandon, lineFor(ending(outcome, message))], report, {
            timeout,
          });
    return { outcome, steps: [...first.steps, ...last.steps], judgements, secured: none, failure };
  }

  const succeeded = lineFor({ outcome: "succeeded", failedStep: null, reason: null, judgements });
  const second = await runSteps(ctx, connection, scope, [...plan.after, succeeded], report, { timeout });
  if (second.failure !== undefined) {
    // Traffic is on the new release; the next deployment clears up what this one could not.
    report({ type: "note", text: `the new release serves, but: ${second.failure.message}` });
    await runSteps(ctx, connection, scope, [succeeded], report, { timeout });
  }
  for (const line of second.facts.get("certificate-failed") ?? []) {
    const [host = "", ...reason] = line.split(" ");
    report({ type: "note", text: `no certificate for ${host}: ${reason.join(" ")}; it is served by HTTP` });
  }
  if (second.facts.has("certificate-unscheduled"))
    report({
      type: "note",
      text: "the server has neither systemd nor cron: certificates are renewed by deployments alone",
    });
  const secured = new Set((second.facts.get("certificate") ?? []).map((line) => line.split(" ")[0] ?? ""));
  return { outcome: "succeeded", steps: [...first.steps, ...second.steps], judgements, secured };
}

const nothing: Pick<PhaseResult, "steps"> = { steps: [] as readonly StepResult[] };

/** The share of the requests that the release had when its deployment ended, in percent. */
function shareReached({ steps }: DeploymentPlan, done: number): number {
  const shares = steps.slice(0, done).map((step) => (step.step === "set-share" ? step.share : undefined));
  return shares.findLast((share) => share !== undefined) ?? 0;
}

/** The connection went away with the deployment under way: the server ends it in order by itself, one way or the other. */
function interruptedBy(error: unknown, { release, previous }: Beginning): WherryError {
  if (!(error instanceof WherryError) || error.code !== "connection-lost") throw error;
  const left =
    previous === undefined
      ? "nothing served before"
      : `release ${previous.id} serves, unless the switch was done already`;
  return new WherryError(previous === undefined ? "attention" : "failed", error.code, error.message, {
    context: [...error.context, `Release ${release.id} was under way; ${left}. No request was lost.`],
    hint: `see where it is with wherry status -e ${release.environment}, and deploy again: it goes on from what has arrived`,
    cause: error,
  });
}
