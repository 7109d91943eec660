import { formatSeconds } from "../../core/index.ts";
import { originText } from "../../release/index.ts";
import type { DeploymentResult, PlanResult, Told } from "../../release/index.ts";
import type { Screen } from "../definition.ts";
import { table } from "./table.ts";

/** What came of a deployment that succeeded. */
export function formatDeployment(result: DeploymentResult, { style }: Screen): readonly string[] {
  const { release, previous, kind, environment, seconds, roundTrips, addresses } = result;
  const commit = release.commit === null ? "" : ` (commit ${release.commit.slice(0, 8)})`;
  const before = previous === null ? "" : `, after ${previous}`;
  if (result.outcome === "paused") return formatPause(result, style);
  const verb = kind === "rollback" ? "rolled back" : "deployed";
  return [
    "",
    `${style.good(`${verb}:`)} ${style.bold(release.id)}${commit} serves ${environment}${before}`,
    style.dim(`${formatSeconds(seconds)}, ${roundTrips} round ${roundTrips === 1 ? "trip" : "trips"} to the server`),
    ...(result.images?.kind === "promoted" ? [style.dim(`images: ${originText(result.images)}`)] : []),
    ...(result.stacks ?? []).map(({ stack }) => style.dim(`stack ${stack}`)),
    ...(result.servers ?? []).map(({ server }) => style.dim(`on ${server}`)),
    ...addresses,
  ];
}

/** A canary that was asked to wait; what stays because of a judgement is an error with its own words. */
function formatPause(
  { release, environment, judgements }: DeploymentResult,
  style: Screen["style"],
): readonly string[] {
  return [
    "",
    `${style.warning("paused:")} ${style.bold(release.id)} stays at its share of the requests in ${environment}`,
    ...judgements.map(({ share, verdict, reason }) => style.dim(`at ${share} %: ${verdict}, ${reason}`)),
    `go on: wherry promote -e ${environment}; go back: wherry abort -e ${environment}`,
  ];
}

/** A word was left for a deployment that runs somewhere else. */
export function formatTold({ wish, told, environment }: Told, { style }: Screen): readonly string[] {
  return [`${style.good("told:")} the deployment of ${told} to ${environment} will ${wish}`];
}

/** What would be done. */
export function formatPlan(plan: PlanResult, { style }: Screen): readonly string[] {
  const { release, previous, environment, server, services, steps } = plan;
  const rows = services.map(({ name, kind, replicas, change, reason }) => [
    `  ${name}`,
    replicas > 1 ? `${kind} x${replicas}` : kind,
    change,
    style.dim(reason),
  ]);
  const commit = release.commit === null ? "the files as they lie here" : `commit ${release.commit.slice(0, 8)}`;
  return [
    `${style.bold(`${plan.kind} of ${commit} to ${environment}`)} on ${server}${previous === null ? ", the first" : `, after ${previous}`}`,
    "",
    ...table(rows),
    "",
    "Steps",
    ...steps.map(({ title }, index) => `  ${String(index + 1).padStart(2)}. ${title}`),
    "",
    style.dim("Nothing was changed."),
  ];
}
