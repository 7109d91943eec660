import type { Context } from "../system/index.ts";
import { atFinish, atOutcome, atStep, atTraffic, atVerified } from "./ledger.ts";
import type { DeploymentKind, LedgerLine, Outcome } from "./ledger.ts";
import type { ReleaseRecord } from "./record.ts";
import type { ServerState } from "./state.ts";
import type { Judgement } from "./watch.ts";

/** What is known of a deployment before its first step. */
export interface Beginning {
  readonly id: string;
  readonly kind: DeploymentKind;
  readonly release: ReleaseRecord;
  readonly previous: ReleaseRecord | undefined;
  readonly who: Author;
  /** ISO 8601. */
  readonly queued: string;
  readonly started: string;
  readonly state: ServerState;
  /** The server's clock minus ours, in milliseconds. */
  readonly clockOffset: number;
}

export interface Author {
  readonly name: string;
  readonly bot: boolean;
  readonly from: string;
}

export interface Ending {
  readonly outcome: Outcome;
  readonly failedStep: string | null;
  readonly reason: string | null;
  readonly judgements?: readonly Judgement[];
}

/** The server fills these in when nobody else can: the client is gone. */
export const unfinished: Ending = {
  outcome: atOutcome as Outcome,
  failedStep: atStep,
  reason: "the command was interrupted or lost its connection",
};

/** The ledger's line of a deployment. Instants that only the server knows are placeholders that its scripts fill in. */
export function ledgerLine(beginning: Beginning, ending: Ending): LedgerLine {
  const { release, previous, kind, state } = beginning;
  const before = new Map(previous?.services.map((service) => [service.name, service]));
  const last = state.lastLedgerLine;
  const again = last !== undefined && last.outcome !== "succeeded" && last.commit === release.commit;
  return {
    version: 1,
    id: beginning.id,
    // On the server each stack is an app of its own; here the words of wherry.yaml stand.
    app: release.app.replace(/_.*/, ""),
    environment: release.environment,
    stack: release.stack,
    kind,
    release: release.id,
    previous: previous?.id ?? null,
    services: release.services.map((service) => ({
      name: service.name,
      digest: service.digest,
      previousDigest: before.get(service.name)?.digest ?? null,
      configHash: service.configHash,
      previousConfigHash: before.get(service.name)?.configHash ?? null,
      traffic: service.routes.length > 0 ? atTraffic : null,
    })),
    commit: release.commit,
    previousCommit: previous?.commit ?? null,
    branch: release.branch,
    tag: release.tag,
    who: { name: beginning.who.name, bot: beginning.who.bot },
    from: beginning.who.from,
    planned: true,
    attemptOf: again ? (last.attemptOf ?? last.id) : null,
    fixes: [],
    rollbackOf: kind === "rollback" ? (previous?.id ?? null) : null,
    queued: beginning.queued,
    started: beginning.started,
    traffic: atTraffic,
    verified: atVerified,
    finished: atFinish,
    clockOffset: beginning.clockOffset,
    outcome: ending.outcome,
    failedStep: ending.failedStep,
    reason: ending.reason,
    dirty: release.dirty,
    ...(release.images === undefined ? {} : { images: release.images }),
    ...(ending.judgements === undefined || ending.judgements.length === 0 ? {} : { judgements: ending.judgements }),
  };
}

/** What kind of deployment it is to bring one release after another. */
export function kindOf(release: ReleaseRecord, previous: ReleaseRecord | undefined): DeploymentKind {
  if (previous === undefined) return "release";
  const images = (record: ReleaseRecord): string =>
    JSON.stringify(record.services.map(({ name, digest }) => [name, digest]));
  const configs = (record: ReleaseRecord): string =>
    JSON.stringify(record.services.map(({ configHash }) => configHash));
  if (images(release) !== images(previous)) return "release";
  return configs(release) === configs(previous) ? "redeploy" : "config";
}

/** Who deploys, and from where: a CI run says so itself, else the user of this machine. */
export async function authorOf(ctx: Context, directory: string): Promise<Author> {
  const author = pipelineAuthor(ctx);
  if (author !== undefined) return author;
  const asked = await ctx.processes.run(["git", "-C", directory, "config", "user.name"]);
  return { name: asked.stdout.trim() || ctx.self.user, bot: false, from: ctx.self.host };
}

/** Names of accounts that are no people; the last ones are GitLab's, of tokens of a project or group. */
const botName = /\[bot\]$|-bot$|^dependabot|^renovate|^(?:project|group)_\d+_bot/i;

/** Who started the run of a pipeline that this is; undefined where it is none, or does not say who. */
export function pipelineAuthor({ env, self }: Pick<Context, "env" | "self">): Author | undefined {
  const actor = env["GITHUB_ACTOR"] || env["GITLAB_USER_LOGIN"];
  if (!actor) return undefined;
  const run = env["GITHUB_RUN_ID"];
  const address =
    run === undefined
      ? env["CI_JOB_URL"]
      : `${env["GITHUB_SERVER_URL"] ?? "https://github.com"}/${env["GITHUB_REPOSITORY"] ?? ""}/actions/runs/${run}`;
  return { name: actor, bot: botName.test(actor), from: address ?? self.host };
}
