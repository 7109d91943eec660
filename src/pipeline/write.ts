import type { Context } from "../system/index.ts";
import { compare } from "../writer/index.ts";
import type { Change } from "../writer/index.ts";
import { findPipeline } from "./detect.ts";
import { githubFiles } from "./github/index.ts";
import type { Pipeline } from "./model.ts";
import { findPin, pinIn, takenOver } from "./wherry-package.ts";

export interface PipelineProposal {
  /** Absolute: the top of the repository, where the files go. */
  readonly root: string;
  readonly pipeline: Pipeline;
  readonly changes: readonly Change[];
}

/** What the files of a pipeline on GitHub would be, compared with what is there. Writes nothing. */
export async function proposeGitHub(
  ctx: Context,
  options: {
    readonly directory: string | undefined;
    readonly releaseBranch: string | undefined;
    readonly version: string;
  },
): Promise<PipelineProposal> {
  const { directory, releaseBranch, version } = options;
  const found = await findPipeline(ctx, {
    directory,
    releaseBranch,
    wherry: { version, integrity: undefined },
    digests: "ask",
  });
  const { root } = found;
  const wherry = (await pinIn(ctx, root, version)) ?? (await findPin(ctx, version));
  const notes =
    wherry.integrity === undefined
      ? [
          `the registry did not tell the hash of wherry ${version}: .github/wherry/package-lock.json is not written, and jobs refuse to install Wherry without it. Run this again with a network`,
        ]
      : [];
  const pipeline = { ...found.pipeline, wherry, notes: [...found.pipeline.notes, ...notes] };
  return { root, pipeline, changes: await compare(ctx, root, await takenOver(ctx, root, githubFiles(pipeline))) };
}
