import type { WantedFile } from "../../writer/index.ts";
import type { Pipeline } from "../model.ts";
import { wherryFiles } from "../wherry-package.ts";
import { checkStages } from "./ci.ts";
import { deployStages, gateStages, scheduleTriggers } from "./deploy.ts";
import { block, renderGroovy } from "./groovy.ts";
import { rollbackFile } from "./rollback.ts";
import { prepareStage, schedulesLeftOut, wherryFolder } from "./steps.ts";

export { credentialsOf, schedulesLeftOut, wherryFolder } from "./steps.ts";

/** The files of a pipeline on Jenkins, relative to the top of the repository. */
export function jenkinsFiles(all: Pipeline): readonly WantedFile[] {
  const left = schedulesLeftOut(all.environments);
  const pipeline = {
    ...all,
    environments: all.environments.map((one) =>
      left.includes(one) ? { ...one, rule: { ...one.rule, rules: [] } } : one,
    ),
  };
  const file = (path: string, content: string): WantedFile => ({ path, content, comment: "//" });
  return [
    file("Jenkinsfile", jenkinsfile(pipeline)),
    ...(pipeline.environments.length === 0 ? [] : [file("Jenkinsfile.rollback", rollbackFile(pipeline))]),
    ...wherryFiles(pipeline.wherry, wherryFolder),
  ];
}

function jenkinsfile(pipeline: Pipeline): string {
  return renderGroovy(
    block("pipeline", [
      "agent any",
      // One build of a branch or tag at a time; that one deployment at a time reaches a server is held by the lock there.
      block("options", [
        "timeout(time: 2, unit: 'HOURS')",
        "disableConcurrentBuilds()",
        "buildDiscarder(logRotator(numToKeepStr: '100'))",
        "timestamps()",
      ]),
      ...scheduleTriggers(pipeline),
      block("stages", [prepareStage(), ...gateStages(pipeline), ...checkStages(pipeline), ...deployStages(pipeline)]),
    ]),
    [
      "For a multibranch job that builds branches, tags and pull requests. Deploys by the rules of wherry.yaml: wherry pipeline",
      "explain REF says what happens for a branch or tag. Names of branches and tags reach scripts as variables, in quotes.",
    ],
  );
}
