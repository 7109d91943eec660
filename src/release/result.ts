import { WherryError } from "../core/index.ts";
import { kindOf } from "./ledger-line.ts";
import type { DeploymentPlan } from "./plan.ts";
import { stepTitle } from "./steps.ts";
import type { DeploymentKind, Outcome } from "./ledger.ts";
import type { ImagesOrigin } from "./origin.ts";
import type { ReleaseId, ReleaseRecord } from "./record.ts";
import type { PhaseFailure, StepResult } from "./run.ts";
import type { Judgement } from "./watch.ts";

/** What came of a deployment: a promise to scripts, see the page on JSON output. */
export interface DeploymentResult {
  /** `paused`: a canary that stays at its share until wherry promote or abort. */
  readonly outcome: Outcome | "paused";
  readonly environment: string;
  readonly release: { readonly id: ReleaseId; readonly commit: string | null };
  readonly previous: ReleaseId | null;
  readonly kind: DeploymentKind;
  readonly roundTrips: number;
  /** Bytes of scripts and data that went to the server. */
  readonly bytesSent: number;
  readonly seconds: number;
  readonly steps: readonly StepResult[];
  /** Where the images of the release come from. */
  readonly images?: ImagesOrigin;
  /** Where the app answers. */
  readonly addresses: readonly string[];
  /** How it went on each, where the environment has several. */
  readonly servers?: readonly (PlaceResult & { readonly server: string })[];
  /** The same of stacks. */
  readonly stacks?: readonly (PlaceResult & { readonly stack: string })[];
  /** What the judge found, share by share. */
  readonly judgements: readonly Judgement[];
  /** Set where the outcome is not `succeeded`; becomes `error` of the JSON document. */
  readonly failure?: WherryError;
}

export interface PlaceResult {
  /** `refused`: nothing was changed there. `not_begun`: another server failed before. */
  readonly outcome: DeploymentResult["outcome"] | "refused" | "not_begun";
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string | null };
}

/** What was planned, for people and scripts: `--plan` and `wherry plan`. */
export interface PlanResult {
  readonly environment: string;
  readonly server: string;
  readonly release: { readonly id: ReleaseId; readonly commit: string | null };
  readonly previous: ReleaseId | null;
  readonly kind: DeploymentKind;
  readonly images?: ImagesOrigin;
  readonly services: readonly {
    readonly name: string;
    readonly kind: string;
    readonly reason: string;
    readonly image: string;
    readonly replicas: number;
    readonly change: "new" | "changed" | "unchanged";
  }[];
  readonly steps: readonly { readonly id: string; readonly title: string }[];
}

/** Why a deployment did not succeed, with what it left. */
export function deploymentFailed(
  failure: PhaseFailure,
  release: ReleaseRecord,
  previous: ReleaseRecord | undefined,
): WherryError {
  const left =
    previous === undefined
      ? "Nothing serves: there was no release before."
      : failure.code === "breach" || failure.code === "aborted"
        ? `Release ${previous.id} serves all requests again.`
        : `Release ${previous.id} still serves; no request was lost.`;
  return new WherryError(previous === undefined ? "attention" : "failed", failure.code, failure.message, {
    context: [`Release ${release.id} is stopped. ${left}`, ...failure.context],
    hint: hintFor(failure, release),
  });
}

/** The deployment ended with the release at a share of the requests, where it stays. */
export function isPause(code: string): boolean {
  return ["paused", "inconclusive", "breach-paused"].includes(code);
}

/** The judge did not say yes, and nobody asked for this pause: somebody has to look. */
export function pausedAt(
  share: number,
  { code, message }: PhaseFailure,
  { release, previous }: DeploymentPlan,
): WherryError {
  return new WherryError("attention", code, `${release.id} stays at ${share} % of the requests: ${message}`, {
    context:
      previous === undefined ? [] : [`Release ${previous.id} is live and serves the others; no request was lost.`],
    hint: `go on with wherry promote -e ${release.environment}, or go back with wherry abort -e ${release.environment}`,
  });
}

function hintFor({ code, service }: PhaseFailure, release: ReleaseRecord): string {
  const logs = `wherry logs ${service ?? "SERVICE"} -e ${release.environment} --release ${release.id}`;
  const hints: Readonly<Record<string, string>> = {
    redirected: "let the health check's path answer 2xx itself; a redirect (to https, to a login) is not healthy",
    "job-failed": "correct the command and deploy again; what it did to the data before it failed is still there",
    "disk-full": "make room on the server (docker system df), then deploy again: it goes on from what has arrived",
    "image-load-failed": "deploy again; what has arrived is kept",
    "subnet-taken": "deploy again",
    breach: `look at its logs (${logs}) and figures (wherry history -e ${release.environment}), correct it and deploy again`,
    aborted: "deploy again when it is right",
  };
  return hints[code] ?? `correct it and deploy again; more of the log: ${logs}`;
}

/**
 * The plan for several servers: the steps of one after those of the other, in the order in which they are begun. `names`:
 * of what they are for, where that is not a server.
 */
export function joinPlans(plans: readonly PlanResult[], names = plans.map(({ server }) => server)): PlanResult {
  const [first] = plans;
  if (first === undefined) throw new Error("there is nothing to plan");
  if (plans.length === 1) return first;
  return {
    ...first,
    server: [...new Set(plans.map(({ server }) => server))].join(", "),
    steps: plans.flatMap(({ steps }, index) =>
      steps.map(({ id, title }) => ({ id: `${names[index]} ${id}`, title: `${names[index]}: ${title}` })),
    ),
  };
}

/** A plan in the words of its steps. */
export function planResult(
  server: string,
  plan: DeploymentPlan,
  before: readonly { readonly id: string; readonly title: string }[],
): PlanResult {
  const { release, previous } = plan;
  const old = new Map(previous?.services.map((service) => [service.name, service]));
  return {
    environment: release.environment,
    server,
    release: { id: release.id, commit: release.commit },
    previous: previous?.id ?? null,
    kind: kindOf(release, previous),
    ...(release.images === undefined ? {} : { images: release.images }),
    services: release.services.map((service) => {
      const { name, kind, reason, image, replicas, configHash } = service;
      const same = old.get(name)?.configHash === configHash;
      return { name, kind, reason, image, replicas, change: old.has(name) ? (same ? "unchanged" : "changed") : "new" };
    }),
    steps: [
      ...before,
      ...[...plan.steps, ...plan.after].map((step, index) => ({
        id: `${step.step}.${index + 1}`,
        title: stepTitle(step),
      })),
    ],
  };
}
