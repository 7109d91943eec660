import type { EnvironmentStage, Pipeline } from "../model.ts";
import { waitForLock, word } from "../scripts.ts";
import { block, quoted, sh } from "./groovy.ts";
import type { Block } from "./groovy.ts";
import { anyOf, conditionsOf, openSsh, stage, wherryCommand, withCredentials } from "./steps.ts";

/** Deployments by the release rules, behind the gate. */

/** The ref as git writes it; Jenkins has the name of a tag in both variables. */
const findRef = 'if [ -n "$TAG_NAME" ]; then ref="refs/tags/$TAG_NAME"; else ref="refs/heads/$BRANCH_NAME"; fi';

export function gateStages(pipeline: Pipeline): readonly Block[] {
  const rules = pipeline.environments.flatMap(({ rule }) =>
    conditionsOf({ ...rule, rules: rule.rules.filter(({ kind }) => kind !== "schedule") }),
  );
  if (rules.length === 0) return [];
  return [
    stage("Gate", [
      block("when", [anyOf(rules)]),
      block("steps", [sh([...wholeHistory, findRef, gateLine(pipeline, "")])]),
    ]),
  ];
}

/** Jenkins fetches what it builds; the gate asks about tags and the release branch too. */
const wholeHistory = ["git fetch --quiet --tags origin '+refs/heads/*:refs/remotes/origin/*'"];

function gateLine(pipeline: Pipeline, more: string): string {
  return wherryCommand(pipeline)(`pipeline gate "$ref" --release-branch ${word(pipeline.releaseBranch)}${more}`);
}

export function deployStages(pipeline: Pipeline): readonly Block[] {
  return pipeline.environments.flatMap((environment) =>
    environment.rule.rules.length === 0 ? [] : [deployStage(pipeline, environment)],
  );
}

function deployStage(pipeline: Pipeline, environment: EnvironmentStage): Block {
  const { name, rule } = environment;
  const cron = rule.rules.find(({ kind }) => kind === "schedule");
  const schedule = cron?.kind === "schedule" ? ` --schedule ${word(cron.cron)}` : "";
  const wherry = wherryCommand(pipeline);
  return stage(`Deploy to ${name}`, [
    block("when", [anyOf(conditionsOf(rule))]),
    block("steps", [
      withCredentials(environment, [
        sh([
          ...openSsh,
          ...wholeHistory,
          findRef,
          // The ledger names the branch, and Jenkins checks out a commit.
          '[ -n "$TAG_NAME" ] || git checkout --quiet -B "$BRANCH_NAME"',
          ...waitForLock(
            [gateLine(pipeline, ` --for ${name}${schedule} --live`)],
            wherry(`deploy --environment ${name}`),
          ),
        ]),
      ]),
    ]),
  ]);
}

/** When the schedules of the release rules start it: on the release branch alone, and in UTC. */
export function scheduleTriggers(pipeline: Pipeline): readonly Block[] {
  const times = pipeline.environments.flatMap(({ rule }) =>
    rule.rules.flatMap((one) => (one.kind === "schedule" ? [one.cron] : [])),
  );
  if (times.length === 0) return [];
  const table = quoted(["TZ=UTC", ...times].join("\n")).replaceAll("\n", String.raw`\n`);
  return [block("triggers", [`cron(env.BRANCH_NAME == ${quoted(pipeline.releaseBranch)} ? ${table} : '')`])];
}
