import { aroundVersion } from "../../config/index.ts";
import type { EnvironmentStage, Pipeline } from "../model.ts";
import { waitForLock } from "../scripts.ts";
import { secretsOf, serverJob } from "./server-job.ts";
import {
  checkJob,
  checkOut,
  installWherry,
  partJobs,
  readContents,
  runner,
  wherryCommand,
  wherryVariables,
} from "./steps.ts";
import type { Job, Step } from "./steps.ts";
import { filterOf, renderYaml } from "./yaml.ts";

/** Deployments by the release rules. */
export function deployWorkflow(pipeline: Pipeline): string {
  const { environments } = pipeline;
  const rules = environments.flatMap(({ rule }) => rule.rules);
  const branches = rules.flatMap((rule) => (rule.kind === "branch" ? filterOf(rule.pattern) : []));
  const tags = rules.flatMap((rule) => (rule.kind === "tag" ? tagFilter(rule.pattern) : []));
  const schedules = rules.flatMap((rule) => (rule.kind === "schedule" ? [{ cron: rule.cron }] : []));
  const push = { ...(branches.length === 0 ? {} : { branches }), ...(tags.length === 0 ? {} : { tags }) };
  const checks = { ...partJobs(pipeline, "no cache"), wherry: checkJob(pipeline) };
  return renderYaml(
    {
      name: "Deploy",
      on: {
        ...(Object.keys(push).length === 0 ? {} : { push }),
        ...(schedules.length === 0 ? {} : { schedule: schedules }),
        workflow_dispatch: {
          inputs: {
            environment: choice(environments, "environment to deploy the chosen branch or tag to"),
            allow_rollback: {
              description: "an earlier version may go in place of a later one",
              type: "boolean",
              default: false,
            },
          },
        },
      },
      permissions: {},
      concurrency: {
        group: "${{ github.workflow }}-${{ github.ref }}-${{ inputs.environment }}",
        "cancel-in-progress": false,
      },
      defaults: { run: { shell: "bash" } },
      jobs: {
        gate: gateJob(pipeline),
        ...checks,
        ...Object.fromEntries(
          environments.map((environment) => [
            `deploy-${environment.name}`,
            deployJob(pipeline, environment, ["gate", ...Object.keys(checks)]),
          ]),
        ),
      },
    },
    [
      "Deploys by the rules of wherry.yaml: wherry pipeline explain REF says what happens for a branch or tag.",
      "Nothing here restores a cache, and no pull request starts it.",
      "",
      "Of the runs that wait in one concurrency group GitHub keeps the newest and drops the others, so each ref has a group",
      "of its own here: no release is dropped for another one. That one deployment at a time reaches an environment is",
      "held by the lock on its server, for which a job waits; the gate, asked again in front of it, refuses what would put",
      "an older version in place of a newer one. A branch that is pushed while it waits is deployed once, as it is then.",
      ...environments.flatMap(({ name, imagesFrom }) =>
        imagesFrom === undefined
          ? []
          : ["", `Nothing is built for ${name}: it gets the images that ${imagesFrom} has had from the same commit.`],
      ),
    ],
  );
}

/** Also tags that only look like releases: they should fail with the reason, and not be passed over in silence. */
function tagFilter(pattern: string): string {
  const around = aroundVersion(pattern);
  if (around === undefined) return filterOf(pattern);
  return around.before === ""
    ? `[0-9]*${filterOf(around.behind)}`
    : `${filterOf(around.before)}*${filterOf(around.behind)}`;
}

export function choice(
  environments: readonly EnvironmentStage[],
  description: string,
): Readonly<Record<string, unknown>> {
  return { description, type: "choice", required: true, options: environments.map(({ name }) => name) };
}

function gateJob(pipeline: Pipeline): Job {
  return {
    name: "Gate",
    // A copy of the repository has none of the secrets, and nothing to deploy to.
    if: "${{ !github.event.repository.fork }}",
    "runs-on": runner,
    "timeout-minutes": 10,
    permissions: readContents,
    outputs: { environment: "${{ steps.gate.outputs.environment }}" },
    steps: [checkOut("whole"), ...installWherry(), gateStep(pipeline)],
  };
}

/** A word of the gate that is only there when somebody asked for it by hand. */
const backwards: readonly string[] = ["backwards=()", '[ "$ALLOW_ROLLBACK" != true ] || backwards=(--allow-rollback)'];

function gateStep(pipeline: Pipeline): Step {
  return {
    name: "May this be deployed, and where?",
    id: "gate",
    env: {
      REQUESTED: "${{ inputs.environment }}",
      ALLOW_ROLLBACK: "${{ inputs.allow_rollback }}",
      SCHEDULE: "${{ github.event.schedule }}",
      RELEASE_BRANCH: pipeline.releaseBranch,
      ...wherryVariables(pipeline),
    },
    run: [
      ...backwards,
      `${wherryCommand(pipeline, 'pipeline gate "$GITHUB_REF" --commit "$GITHUB_SHA" --release-branch "$RELEASE_BRANCH" --for "$REQUESTED" --schedule "$SCHEDULE" "${backwards[@]}" --format github')} | tee -a "$GITHUB_OUTPUT"`,
    ].join("\n"),
  };
}

function deployJob(pipeline: Pipeline, environment: EnvironmentStage, needs: readonly string[]): Job {
  const { name, secrets } = environment;
  return serverJob(pipeline, environment, {
    name: `Deploy to ${name}`,
    needs,
    if: `needs.gate.outputs.environment == '${name}'`,
    minutes: 90,
    step: {
      name: "Deploy",
      env: {
        ALLOW_ROLLBACK: "${{ inputs.allow_rollback }}",
        RELEASE_BRANCH: pipeline.releaseBranch,
        SCHEDULE: "${{ github.event.schedule }}",
        ...secretsOf(secrets),
      },
      run: [
        ...backwards,
        ...waitForLock(
          [
            wherryCommand(
              pipeline,
              'pipeline gate "$GITHUB_REF" --commit "$GITHUB_SHA" --release-branch "$RELEASE_BRANCH" --for "$ENVIRONMENT" --schedule "$SCHEDULE" "${backwards[@]}" --live',
            ),
          ],
          wherryCommand(pipeline, 'deploy --environment "$ENVIRONMENT"'),
        ),
      ].join("\n"),
    },
  });
}
