import { environmentOf } from "../../config/index.ts";
import type { AppRules } from "../../config/index.ts";
import { usageError } from "../../core/index.ts";
import type { ExitName, Report } from "../../core/index.ts";
import { describeCommit, tagNames } from "../../git/index.ts";
import { deploy } from "../../release/index.ts";
import type { Context } from "../../system/index.ts";
import { askGate } from "../gate-facts.ts";

/** What a deployment from here is about: the same as what a host's pipeline gets from its run. */
export interface LocalDeployment {
  readonly environment: string;
  readonly ref: string;
  readonly commit: string;
  readonly releaseBranch: string;
}

/**
 * Finds the ref that a pipeline would have been started by: the one that is given, a tag of the environment at the commit that
 * is checked out, or the branch.
 * @throws usage: nothing is checked out, or what lies here is not what would be deployed
 */
export async function localDeployment(
  ctx: Context,
  rules: AppRules,
  wanted: { readonly environment: string; readonly ref: string | undefined; readonly releaseBranch: string },
): Promise<LocalDeployment> {
  const { environment, releaseBranch } = wanted;
  const here = await describeCommit(ctx, rules.directory);
  if (here === undefined) throw usageError("no-commit", "there is no commit here to deploy", { hint: "git commit" });
  if (here.dirty.length > 0)
    throw usageError(
      "not-committed",
      "what is tested here is not what would be deployed: there are changes without a commit",
      {
        context: here.dirty.slice(0, 10),
        hint: "commit them first",
      },
    );
  const tags = await tagNames(ctx, rules.directory, here.commit);
  const tag = tags.find((name) => environmentOf(`refs/tags/${name}`, rules.environments).environment === environment);
  const found =
    tag === undefined ? (here.branch === undefined ? undefined : `refs/heads/${here.branch}`) : `refs/tags/${tag}`;
  const ref = wanted.ref ?? found;
  if (ref === undefined)
    throw usageError("no-ref", "neither a branch nor a tag of this environment is checked out", {
      hint: "say which one a pipeline would be started by: --ref refs/tags/NAME",
    });
  return { environment, ref, commit: here.commit, releaseBranch };
}

export interface DeploymentFailure {
  readonly reason: string;
  readonly log: readonly string[];
  readonly exit: ExitName;
}

/** Asks the gate, servers included, and deploys what it lets through. Undefined: it is live. */
export async function deployBehindGate(
  ctx: Context,
  directory: string,
  { environment, ref, commit, releaseBranch }: LocalDeployment,
  report: Report,
): Promise<DeploymentFailure | undefined> {
  const gate = await askGate(ctx, {
    directory,
    ref,
    commit,
    asked: environment,
    schedule: undefined,
    releaseBranch,
    live: true,
    allowRollback: false,
  });
  if (gate.environment === null) {
    const bad = gate.checks.filter(({ verdict }) => verdict !== "passed");
    return {
      reason: `the gate says no: ${bad[0]?.reason ?? "this is not to be deployed"}`,
      log: bad.map(({ what, verdict, reason }) => `${what} ${verdict}: ${reason}`),
      exit: "findings",
    };
  }
  const { failure } = await deploy(ctx, { environment, directory, dirty: false }, report);
  return failure === undefined ? undefined : { reason: failure.message, log: [...failure.context], exit: failure.exit };
}
