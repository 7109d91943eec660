import type { EnvironmentStage, Pipeline } from "../model.ts";
import { waitForLock, word } from "../scripts.ts";
import { byHandConditions, conditionsOf, deployConditions, isByHand } from "./rules.ts";
import { engine, wherryCommand } from "./steps.ts";
import type { Job, Pin } from "./steps.ts";

/** Deployments by the release rules, behind the gate. */

/** The ref as git writes it. CI_COMMIT_SHA is not asked: what is checked out is what is deployed. */
const findRef = [
  'if [ -n "$CI_COMMIT_TAG" ]; then ref="refs/tags/$CI_COMMIT_TAG"; else ref="refs/heads/$CI_COMMIT_BRANCH"; fi',
];

export function gateJob(pipeline: Pipeline): Readonly<Record<string, Job>> {
  const rules = deployConditions(pipeline.environments).filter((rule) => !rule.if.includes('== "schedule"'));
  if (rules.length === 0) return {};
  return {
    gate: {
      stage: "gate",
      extends: ".wherry",
      rules,
      interruptible: false,
      timeout: "10 minutes",
      script: [block([...findRef, gateLine(pipeline, "")])],
    },
  };
}

function gateLine(pipeline: Pipeline, more: string): string {
  return wherryCommand(pipeline)(`pipeline gate "$ref" --release-branch ${word(pipeline.releaseBranch)}${more}`);
}

export function deployJobs(pipeline: Pipeline, pin: Pin): Readonly<Record<string, Job>> {
  return Object.fromEntries(
    pipeline.environments.map((environment) => [`deploy-${environment.name}`, deployJob(pipeline, environment, pin)]),
  );
}

function deployJob(pipeline: Pipeline, environment: EnvironmentStage, pin: Pin): Job {
  const { name, rule } = environment;
  const own = conditionsOf(rule);
  const cron = rule.rules.find(({ kind }) => kind === "schedule");
  const schedule = cron?.kind === "schedule" ? cron.cron : undefined;
  // By hand it is a button, which nothing waits for.
  const manual = byHandConditions(pipeline).map((condition) => ({ ...condition, when: "manual", allow_failure: true }));
  const wherry = wherryCommand(pipeline);
  return {
    stage: "deploy",
    extends: ".wherry",
    rules: isByHand(rule) ? [...own, ...manual] : own,
    ...onServer(pipeline, environment, pin),
    timeout: "90 minutes",
    script: [
      ...openSsh(name),
      block([
        ...findRef,
        // The ledger names the branch, and GitLab checks out a commit.
        '[ -z "$CI_COMMIT_BRANCH" ] || git checkout --quiet -B "$CI_COMMIT_BRANCH"',
        ...(schedule === undefined
          ? []
          : ["schedule=", `[ "$CI_PIPELINE_SOURCE" != schedule ] || schedule=${word(schedule)}`]),
        ...waitForLock(
          [gateLine(pipeline, ` --for ${name}${schedule === undefined ? "" : ' --schedule "$schedule"'} --live`)],
          wherry(`deploy --environment ${name}`),
        ),
      ]),
    ],
    after_script: afterwards(pipeline, name),
  };
}

/** What every job has that reaches a server. A resource group lets one at a time through, and drops none of those that wait. */
export function onServer(pipeline: Pipeline, { name, url }: EnvironmentStage, pin: Pin): Job {
  return {
    ...engine(pin),
    environment: { name, ...(url === undefined ? {} : { url }) },
    resource_group: `${pipeline.app}-${name}`,
    interruptible: false,
  };
}

/** The key is a file, as GitLab hands it over, and the server's own key a variable. A server that shows another key is refused. */
export function openSsh(environment: string): readonly string[] {
  const missing = (name: string): string =>
    `{ echo "${name} has no value for the environment ${environment}"; exit 1; }`;
  return [
    block([
      `[ -s "$WHERRY_SSH_KEY" ] || ${missing("the file variable WHERRY_SSH_KEY")}`,
      `[ -n "$WHERRY_KNOWN_HOSTS" ] || ${missing("the variable WHERRY_KNOWN_HOSTS")}`,
      "umask 077",
      "mkdir -p ~/.ssh",
      // A key without a line break at its end is none to ssh, and forms lose it.
      '{ cat "$WHERRY_SSH_KEY"; echo; } > ~/.ssh/wherry',
      "printf '%s\\n' \"$WHERRY_KNOWN_HOSTS\" > ~/.ssh/known_hosts",
      "printf '%s\\n' 'IdentityFile ~/.ssh/wherry' 'IdentitiesOnly yes' 'StrictHostKeyChecking yes' > ~/.ssh/config",
    ]),
  ];
}

/** What changed, and how to go back; then the key goes. */
export function afterwards(pipeline: Pipeline, environment: string): readonly string[] {
  return [`${wherryCommand(pipeline)(`pipeline summary --environment ${environment}`)} || true`, "rm -f ~/.ssh/wherry"];
}

/** Several lines as one script: each would be echoed and judged apart. */
export function block(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
