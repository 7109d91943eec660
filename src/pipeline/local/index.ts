import { usageError } from "../../core/index.ts";
import type { Report } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { findPipeline } from "../detect.ts";
import { localDeployment } from "./deploy.ts";
import { chooseStages, localStages } from "./plan.ts";
import type { LocalStage } from "./plan.ts";
import { runStages } from "./run.ts";
import type { Place, StageResult } from "./run.ts";

export type { StageResult } from "./run.ts";
export type { LocalStage } from "./plan.ts";

/** A pipeline of this machine: what would run, and a function that runs it. */
export interface LocalPipeline {
  readonly app: string;
  readonly stages: readonly LocalStage[];
  readonly notes: readonly string[];
  run(report: Report): Promise<readonly StageResult[]>;
}

/**
 * The stages of the pipeline, from the same model as a host's files, for this machine. Reads alone; `run` does it.
 * @throws usage: a stage or an environment that there is not; `deploy` of what is not committed
 */
export async function localPipeline(
  ctx: Context,
  options: {
    readonly directory: string | undefined;
    readonly names: readonly string[];
    readonly environment: string | undefined;
    readonly ref: string | undefined;
    readonly releaseBranch: string | undefined;
    readonly version: string;
  },
): Promise<LocalPipeline> {
  const { directory, names, environment, ref, releaseBranch, version } = options;
  const { pipeline, rules, root } = await findPipeline(ctx, {
    directory,
    releaseBranch,
    wherry: { version, integrity: undefined },
    digests: "skip",
  });
  const environments = rules.environments.map((one) => one.environment);
  if (environment !== undefined && !environments.includes(environment))
    throw usageError("unknown-environment", `there is no environment ${JSON.stringify(environment)}`, {
      hint: `there is ${environments.join(", ")}`,
    });
  const stages = chooseStages(localStages(pipeline, environments), names, environment);
  const deployed = stages.some(({ kind }) => kind === "deploy") ? environment : undefined;
  const place: Place = {
    app: pipeline.app,
    root,
    directory: rules.directory,
    stacks: rules.stacks,
    deployment:
      deployed === undefined
        ? undefined
        : await localDeployment(ctx, rules, { environment: deployed, ref, releaseBranch: pipeline.releaseBranch }),
  };
  return { app: pipeline.app, stages, notes: pipeline.notes, run: (report) => runStages(ctx, place, stages, report) };
}
