import type { EnvironmentStage, Pipeline } from "../model.ts";
import { choice } from "./deploy.ts";
import { waitForLock } from "../scripts.ts";
import { secretsOf, serverJob } from "./server-job.ts";
import { wherryCommand } from "./steps.ts";
import type { Job } from "./steps.ts";
import { renderYaml } from "./yaml.ts";

/** Back to an earlier release, by hand. */
export function rollbackWorkflow(pipeline: Pipeline): string {
  return renderYaml(
    {
      name: "Roll back",
      on: {
        workflow_dispatch: {
          inputs: {
            environment: choice(pipeline.environments, "environment to roll back"),
            release: {
              description: "release to go back to, as wherry history lists them; the one before if left out",
              type: "string",
              required: false,
            },
          },
        },
      },
      permissions: {},
      concurrency: { group: "${{ github.workflow }}-${{ github.run_id }}", "cancel-in-progress": false },
      defaults: { run: { shell: "bash" } },
      jobs: Object.fromEntries(
        pipeline.environments.map((environment) => [
          `rollback-${environment.name}`,
          rollbackJob(pipeline, environment),
        ]),
      ),
    },
    [
      "Makes an earlier release live again, from its record on the server. Data stays as it is.",
      "It waits for no deployment that waits itself, for approval for example: its group is its own, and the server's lock is",
      "what it waits for.",
    ],
  );
}

function rollbackJob(pipeline: Pipeline, environment: EnvironmentStage): Job {
  const { name, secrets } = environment;
  return serverJob(pipeline, environment, {
    name: `Roll ${name} back`,
    if: `inputs.environment == '${name}'`,
    minutes: 60,
    step: {
      name: "Roll back",
      env: { RELEASE: "${{ inputs.release }}", ...secretsOf(secrets) },
      run: [
        "back=()",
        '[ -z "$RELEASE" ] || back=("--to=$RELEASE")',
        ...waitForLock([], wherryCommand(pipeline, 'rollback --environment "$ENVIRONMENT" "${back[@]}"')),
      ].join("\n"),
    },
  });
}
