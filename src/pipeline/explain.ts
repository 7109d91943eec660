import { environmentOf, previewName, stageBefore } from "../config/index.ts";
import type { RefDecision } from "../config/index.ts";
import type { EnvironmentStage, PartStage, Pipeline, PreviewStage } from "./model.ts";
import { previewUrl } from "./previews.ts";

/** What happens for a ref, in words. */
export interface Explanation {
  readonly ref: string;
  readonly environment: string | null;
  readonly version: string | null;
  readonly reason: string;
  /** Environment that a refused tag was probably meant for. */
  readonly meant: string | null;
  /** What runs, in this order. */
  readonly runs: readonly { readonly what: string; readonly details: readonly string[] }[];
}

/**
 * @param words a ref as git writes it, or the name of a branch or tag. A bare name is a tag where it looks like a release,
 * else a branch.
 */
export function explain(words: string, pipeline: Pipeline, rules: Parameters<typeof environmentOf>[1]): Explanation {
  const ref = words.startsWith("refs/") ? words : wholeName(words, rules);
  const [, number] = /^refs\/pull\/([1-9]\d*)\/(?:merge|head)$/.exec(ref) ?? [];
  if (number !== undefined) return explainPullRequest(ref, number, pipeline);
  const decision = environmentOf(ref, rules);
  const stage = pipeline.environments.find(({ name }) => name === decision.environment);
  return {
    ref,
    environment: decision.environment ?? null,
    version: decision.environment === undefined ? null : (decision.version?.text ?? null),
    reason: decision.reason,
    meant: decision.environment === undefined ? (decision.meant ?? null) : null,
    runs: stage === undefined ? withoutDeployment(decision, pipeline) : deployment(decision, stage, pipeline),
  };
}

/** A pull request has its checks, and a preview where the file wants one. No release rule leads from it anywhere. */
function explainPullRequest(ref: string, number: string, pipeline: Pipeline): Explanation {
  const { previews } = pipeline;
  const environment = `${previewName}-${number}`;
  return {
    ref,
    environment: previews === undefined ? null : environment,
    version: null,
    reason:
      previews === undefined
        ? "a pull request is deployed nowhere: there is no previews: in wherry.yaml, or no pipeline reaches its server"
        : "a pull request of this repository has a preview, by previews in wherry.yaml",
    meant: null,
    runs: [
      ...checks(pipeline, "ci.yml"),
      ...(previews === undefined ? [] : previewRuns(pipeline.app, previews, number)),
    ],
  };
}

function previewRuns(app: string, previews: PreviewStage, number: string): readonly Run[] {
  const { server, limit, secrets } = previews;
  const environment = `${previewName}-${number}`;
  return [
    {
      what: `Deploy to ${environment}, whatever the checks say (preview.yml)`,
      details: [
        "once it is opened, and with each push; not for forks, nor for Dependabot",
        `its head commit, on ${server}, after what the environment ${previewName} of the repository asks for (approval, waiting time)`,
        `refused where the server has ${limit === 1 ? "another preview" : `${limit} other previews`} of ${app}`,
        ...(secrets.length === 0
          ? []
          : [`with the secrets ${secrets.join(", ")} of the environment ${previewName}, and no others`]),
        `seen at ${previewUrl(previews, number)}`,
      ],
    },
    {
      what: `Remove ${environment} with its data, once it is closed (preview.yml)`,
      details: [],
    },
  ];
}

function wholeName(name: string, rules: Parameters<typeof environmentOf>[1]): string {
  const tag = environmentOf(`refs/tags/${name}`, rules);
  const meant = tag.environment ?? (tag as { readonly meant?: string }).meant;
  return meant === undefined ? `refs/heads/${name}` : `refs/tags/${name}`;
}

type Run = Explanation["runs"][number];

function withoutDeployment(decision: RefDecision, pipeline: Pipeline): readonly Run[] {
  const { ref } = decision;
  if (decision.environment !== undefined)
    return [{ what: `Nothing: ${decision.environment} has no server that a pipeline reaches`, details: [] }];
  if (decision.meant !== undefined)
    return [{ what: "deploy.yml starts, and its gate ends it with this reason: nothing is deployed", details: [] }];
  if (ref?.kind !== "branch") return [{ what: "Nothing", details: [] }];
  if (pipeline.releaseBranch === ref.name) return checks(pipeline, "ci.yml");
  return [
    { what: `Nothing by itself; once there is a pull request of ${ref.name}:`, details: [] },
    ...checks(pipeline, "ci.yml"),
  ];
}

function deployment(decision: RefDecision, stage: EnvironmentStage, pipeline: Pipeline): readonly Run[] {
  const tag = decision.ref?.kind === "tag";
  const before = stageBefore(
    stage.rule,
    pipeline.environments.map(({ rule }) => rule),
  );
  const history = stage.rule.production
    ? `the commit is on ${pipeline.releaseBranch}`
    : `the commit is on ${pipeline.releaseBranch} or on a branch that is deployed`;
  return [
    {
      what: "The gate: may this be deployed? (deploy.yml)",
      details: tag
        ? [
            "the tag stands at the commit of the run",
            history,
            "no later version is tagged, and none is live",
            ...(before === undefined ? [] : [`a version of ${before} stands at the same commit`]),
          ]
        : ["the branch belongs to the environment", ...(stage.rule.production ? [history] : [])],
    },
    ...checks(pipeline, "deploy.yml"),
    {
      what: `Deploy to ${stage.name}`,
      details: [
        ...(stage.imagesFrom === undefined
          ? []
          : [
              `with the images of ${stage.imagesFrom}, by digest: nothing is built, and this commit was deployed there with success, or it ends here`,
            ]),
        ...(stage.rule.twoPeople === true && before !== undefined
          ? [`asked for by somebody else than who deployed this commit to ${before}, or it ends here`]
          : []),
        `on ${stage.servers.join(", ")}, after what the environment ${stage.name} of the repository asks for (approval, waiting time)`,
        "one at a time: it waits for the lock of the server",
        ...(stage.secrets.length === 0 ? [] : [`with the secrets ${stage.secrets.join(", ")} of the environment`]),
        ...(stage.url === undefined ? [] : [`seen at ${stage.url}`]),
      ],
    },
  ];
}

function checks({ parts, environments, images }: Pipeline, file: "ci.yml" | "deploy.yml"): readonly Run[] {
  const ofPart = ({ name, checks: found, databases }: PartStage): readonly Run[] => {
    const titles = Object.values(found).flatMap((commands) => commands.map(({ title }) => title.toLowerCase()));
    if (titles.length === 0) return [];
    const beside =
      databases.length === 0
        ? []
        : [`beside it: ${databases.map(({ image }) => image.replace(/@.*$/, "")).join(", ")}`];
    return [{ what: `Check ${name}: ${titles.join(", ")} (${file})`, details: beside }];
  };
  return [
    ...parts.flatMap(ofPart),
    ...(environments.length === 0
      ? []
      : [{ what: `wherry check of ${environments.map(({ name }) => name).join(", ")} (${file})`, details: [] }]),
    // Where it is deployed, the deployment builds the images.
    ...(file === "ci.yml" && images.length > 0
      ? [{ what: `Build the images of ${images.map(({ service }) => service).join(", ")} (${file})`, details: [] }]
      : []),
    ...(file === "ci.yml" ? [{ what: `Look for known vulnerabilities (${file})`, details: [] }] : []),
  ];
}
