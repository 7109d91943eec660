import type { EnvironmentStage, Pipeline } from "../model.ts";
import { waitForLock } from "../scripts.ts";
import { afterwards, block, onServer, openSsh } from "./deploy.ts";
import { byHandConditions, conditionsOf, isByHand } from "./rules.ts";
import { wherryCommand } from "./steps.ts";
import type { Job, Pin } from "./steps.ts";

/** Back to an earlier release: a button in the pipelines of the environment, which needs no other job of them. */
export function rollbackJobs(pipeline: Pipeline, pin: Pin): Readonly<Record<string, Job>> {
  return Object.fromEntries(
    pipeline.environments.map((environment) => [
      `rollback-${environment.name}`,
      rollbackJob(pipeline, environment, pin),
    ]),
  );
}

function rollbackJob(pipeline: Pipeline, environment: EnvironmentStage, pin: Pin): Job {
  const { name, rule } = environment;
  const conditions = [...conditionsOf(rule), ...(isByHand(rule) ? byHandConditions(pipeline) : [])];
  return {
    stage: "rollback",
    extends: ".wherry",
    rules: conditions.map((condition) => ({ ...condition, when: "manual", allow_failure: true })),
    // It waits for no check: what is gone back to was deployed before.
    needs: [],
    ...onServer(pipeline, environment, pin),
    timeout: "60 minutes",
    script: [
      ...openSsh(name),
      block([
        // Given with the button: as wherry history lists them.
        "set --",
        '[ -z "$RELEASE" ] || set -- "--to=$RELEASE"',
        ...waitForLock([], wherryCommand(pipeline)(`rollback --environment ${name} "$@"`)),
      ]),
    ],
    after_script: afterwards(pipeline, name),
  };
}
