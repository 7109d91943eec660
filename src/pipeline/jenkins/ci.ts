import type { Command, ImageStage, PartStage, Pipeline } from "../model.ts";
import { word } from "../scripts.ts";
import { block, quoted, sh } from "./groovy.ts";
import type { Block, Line } from "./groovy.ts";
import { anyOf, conditionsOf, stage, wherryCommand } from "./steps.ts";

/** What is looked at with each change. No stage here has a credential. */
export function checkStages(pipeline: Pipeline): readonly Block[] {
  const { parts, images, environments } = pipeline;
  const wherry = wherryCommand(pipeline);
  const deployed = environments.flatMap(({ rule }) => conditionsOf(rule));
  // Where something is deployed, the deployment builds the images.
  const look = deployed.length === 0 ? [] : [block("when", [block("not", [anyOf(deployed)])])];
  return [
    ...parts.flatMap((part) => partStages(part, pipeline)),
    ...(environments.length === 0
      ? []
      : [
          stage("Check what is deployed", [
            block(
              "steps",
              environments.map(({ name }) => sh([wherry(`check --environment ${name}`)])),
            ),
          ]),
        ]),
    ...images.map((image) => imageStage(image, look)),
  ];
}

function partStages(part: PartStage, pipeline: Pipeline): readonly Block[] {
  const { lint, types, unit, integration } = part.checks;
  const database = part.databases.length > 0;
  // Where there is one script for all tests, it may need what integration tests need.
  const beside = database && integration.length === 0 ? unit : [];
  const quick = [...lint, ...types, ...(beside.length > 0 ? [] : unit)];
  const plain = [...part.install, ...quick, ...(database ? [] : integration)];
  // Containers of databases come and go with Wherry: the plugin that could do it is none of the suggested ones.
  const run = (kind: string): Line => sh([wherryCommand(pipeline)(`pipeline run ${kind}-${part.name}`)]);
  const withDatabases = [
    ...(beside.length > 0 ? [run("unit")] : []),
    ...(database && integration.length > 0 ? [run("integration")] : []),
  ];
  return [
    ...(plain.length === 0 ? [] : [stage(`Check ${part.name}`, [block("steps", inFolder(part.folder, plain))])]),
    ...(withDatabases.length === 0
      ? []
      : [stage(`Tests of ${part.name} with databases`, [block("steps", withDatabases)])]),
  ];
}

function inFolder(folder: string, commands: readonly Command[]): readonly Line[] {
  const lines = commands.map(({ run }) => sh(run.split("\n")));
  return folder === "" ? lines : [block(`dir(${quoted(folder)})`, lines)];
}

function imageStage({ service, context, dockerfile, target }: ImageStage, look: readonly Line[]): Block {
  const options = [`--file ${word(dockerfile)}`, ...(target === undefined ? [] : [`--target ${word(target)}`])];
  return stage(`Image of ${service}`, [
    ...look,
    block("steps", [sh([`docker buildx build ${options.join(" ")} ${context === "" ? "." : word(context)}`])]),
  ]);
}
