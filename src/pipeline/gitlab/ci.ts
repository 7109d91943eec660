import { trivyVersion } from "../actions.ts";
import type { Command, ImageStage, PartStage, Pipeline } from "../model.ts";
import { word } from "../scripts.ts";
import { mergeRequest, releaseBranchCondition } from "./rules.ts";
import type { Condition } from "./rules.ts";
import { beside, engine, toolchainOf, wherryCommand } from "./steps.ts";
import type { Job, Pin } from "./steps.ts";

/** What is looked at with each change. No job here needs a secret. */

export const trivyImage = `aquasec/trivy:${trivyVersion.replace("v", "")}`;

export function checkJobs(pipeline: Pipeline, pin: Pin): Readonly<Record<string, Job>> {
  const { parts, images, environments } = pipeline;
  const wherry = wherryCommand(pipeline);
  // Where something is deployed, the deployment builds the images.
  const look: readonly Condition[] = [mergeRequest, releaseBranchCondition(pipeline)];
  return {
    ...Object.fromEntries(parts.flatMap((part) => partJobs(part, pin))),
    ...(environments.length === 0
      ? {}
      : {
          wherry: {
            stage: "check",
            extends: ".wherry",
            script: environments.map(({ name }) => wherry(`check --environment ${name}`)),
          },
        }),
    ...Object.fromEntries(
      images.map((image) => [`image-${image.service.replaceAll(/[^\w-]/g, "-")}`, imageJob(image, look, pin)]),
    ),
    scan: {
      stage: "check",
      rules: look,
      image: { name: pin(trivyImage), entrypoint: [""] },
      script: ["trivy fs --scanners vuln --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 ."],
    },
  };
}

function partJobs(part: PartStage, pin: Pin): readonly (readonly [string, Job])[] {
  const { lint, types, unit, integration } = part.checks;
  const quick = [...lint, ...types, ...unit];
  return [
    // Where there is one script for all tests, it may need what integration tests need.
    ...(quick.length === 0
      ? []
      : [[`check-${part.name}`, partJob(part, quick, integration.length === 0, pin)] as const]),
    ...(integration.length === 0 ? [] : [[`integrate-${part.name}`, partJob(part, integration, true, pin)] as const]),
  ];
}

function partJob(part: PartStage, commands: readonly Command[], withDatabases: boolean, pin: Pin): Job {
  const { image, prepare } = toolchainOf(part);
  return {
    stage: "check",
    image: pin(image),
    ...(withDatabases && part.databases.length > 0 ? beside(part, pin) : {}),
    script: [
      ...prepare,
      ...(part.folder === "" ? [] : [`cd ${word(part.folder)}`]),
      ...[...part.install, ...commands].map(({ run }) => run),
    ],
  };
}

function imageJob({ context, dockerfile, target }: ImageStage, rules: readonly Condition[], pin: Pin): Job {
  const options = [`--file ${word(dockerfile)}`, ...(target === undefined ? [] : [`--target ${word(target)}`])];
  return {
    stage: "build",
    extends: ".wherry",
    rules,
    ...engine(pin),
    // Without Wherry, which the other jobs of this image have.
    before_script: [],
    script: [`docker buildx build ${options.join(" ")} ${context === "" ? "." : word(context)}`],
  };
}
