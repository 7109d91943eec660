import type { WantedFile } from "../../writer/index.ts";
import type { Pipeline } from "../model.ts";
import { wherryFiles } from "../wherry-package.ts";
import { ciWorkflow } from "./ci.ts";
import { dependabotFile } from "./dependabot.ts";
import { deployWorkflow } from "./deploy.ts";
import { previewWorkflow } from "./preview.ts";
import { rollbackWorkflow } from "./rollback.ts";

/** The files of a pipeline on GitHub, relative to the top of the repository. */
export function githubFiles(pipeline: Pipeline): readonly WantedFile[] {
  const workflows = ".github/workflows";
  const file = (path: string, content: string): WantedFile => ({ path, content, comment: "#" });
  return [
    file(`${workflows}/ci.yml`, ciWorkflow(pipeline)),
    ...(pipeline.environments.length === 0
      ? []
      : [
          file(`${workflows}/deploy.yml`, deployWorkflow(pipeline)),
          file(`${workflows}/rollback.yml`, rollbackWorkflow(pipeline)),
        ]),
    ...(pipeline.previews === undefined
      ? []
      : [file(`${workflows}/preview.yml`, previewWorkflow(pipeline, pipeline.previews))]),
    file(".github/dependabot.yml", dependabotFile(pipeline)),
    ...wherryFiles(pipeline.wherry),
  ];
}
