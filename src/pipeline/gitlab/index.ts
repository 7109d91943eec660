import type { WantedFile } from "../../writer/index.ts";

import type { Pipeline } from "../model.ts";
import { wherryFiles } from "../wherry-package.ts";
import { checkJobs, trivyImage } from "./ci.ts";
import { deployJobs, gateJob } from "./deploy.ts";
import { rollbackJobs } from "./rollback.ts";
import { byHandConditions, deployConditions, isByHand, mergeRequest, releaseBranchCondition } from "./rules.ts";
import { renderYaml } from "./yaml.ts";
import { imagesOf, wherryFolder, wherryTemplate } from "./steps.ts";
import type { Pin } from "./steps.ts";

export { wherryFolder } from "./steps.ts";

/** Images of the jobs' own, whose digests are worth asking for before the files are written. */
export function gitlabImages(pipeline: Pipeline): readonly string[] {
  return imagesOf(pipeline, [trivyImage]);
}

/** The files of a pipeline on GitLab, relative to the top of the repository. */
export function gitlabFiles(pipeline: Pipeline, digests: ReadonlyMap<string, string>): readonly WantedFile[] {
  const pin: Pin = (image) => {
    const digest = digests.get(image);
    return digest === undefined || image.includes("@") ? image : `${image}@${digest}`;
  };
  return [
    { path: ".gitlab-ci.yml", content: gitlabCi(pipeline, pin), comment: "#" },
    ...wherryFiles(pipeline.wherry, wherryFolder),
  ];
}

function gitlabCi(pipeline: Pipeline, pin: Pin): string {
  const deploys = deployConditions(pipeline.environments);
  return renderYaml(
    {
      stages: ["gate", "check", "build", "deploy", "rollback"],
      workflow: {
        auto_cancel: { on_new_commit: "interruptible" },
        rules: [
          mergeRequest,
          // Nothing that deploys is cancelled because something newer was pushed.
          ...deploys.map((rule) => ({ ...rule, auto_cancel: { on_new_commit: "none" } })),
          ...(pipeline.environments.some(({ rule }) => isByHand(rule)) ? byHandConditions(pipeline).slice(0, 1) : []),
          releaseBranchCondition(pipeline),
        ],
      },
      default: { interruptible: true, timeout: "30 minutes" },
      ".wherry": wherryTemplate(pin),
      ...gateJob(pipeline),
      ...checkJobs(pipeline, pin),
      ...deployJobs(pipeline, pin),
      ...rollbackJobs(pipeline, pin),
    },
    [
      "Looks at merge requests and the release branch, and deploys by the rules of wherry.yaml: wherry pipeline explain REF says",
      "what happens for a branch or tag. Names of branches and tags reach scripts as variables, in quotes; everything that decides",
      "about a deployment stands here as it is, for whoever starts a pipeline may give variables another value.",
    ],
  );
}
