import { resolveDigests } from "../init/index.ts";
import type { Context } from "../system/index.ts";
import { compare } from "../writer/index.ts";
import type { Change, WantedFile } from "../writer/index.ts";
import { findPipeline } from "./detect.ts";
import { githubFiles } from "./github/index.ts";
import { gitlabFiles, gitlabImages, wherryFolder as gitlabFolder } from "./gitlab/index.ts";
import { credentialsOf, jenkinsFiles, schedulesLeftOut, wherryFolder as jenkinsFolder } from "./jenkins/index.ts";
import type { EnvironmentStage, Pipeline } from "./model.ts";
import { findPin, pinIn, takenOver, wherryFolder as githubFolder } from "./wherry-package.ts";

export interface PipelineProposal {
  /** Absolute: the top of the repository, where the files go. */
  readonly root: string;
  readonly pipeline: Pipeline;
  readonly changes: readonly Change[];
}

export interface ProposalOptions {
  readonly directory: string | undefined;
  readonly releaseBranch: string | undefined;
  readonly version: string;
}

/** What the files of a pipeline on GitHub would be, compared with what is there. Writes nothing. */
export function proposeGitHub(ctx: Context, options: ProposalOptions): Promise<PipelineProposal> {
  return propose(ctx, options, {
    folder: githubFolder,
    previews: "written",
    files: (pipeline) => Promise.resolve(githubFiles(pipeline)),
  });
}

/** The same for GitLab. Registries are asked for the digests of the jobs' images. */
export function proposeGitLab(ctx: Context, options: ProposalOptions): Promise<PipelineProposal> {
  return propose(ctx, options, {
    folder: gitlabFolder,
    previews: "left out",
    files: async (pipeline, notes) => {
      const images = gitlabImages(pipeline);
      const { known } = await resolveDigests(ctx, images);
      const missing = images.filter((image) => !known.has(image));
      if (missing.length > 0)
        notes.push(
          `no registry told the digest of ${missing.join(", ")}: jobs run in whatever these names stand for. Run this again with a network and docker buildx`,
        );
      return gitlabFiles(pipeline, known);
    },
  });
}

/** The same for Jenkins. */
export function proposeJenkins(ctx: Context, options: ProposalOptions): Promise<PipelineProposal> {
  return propose(ctx, options, {
    folder: jenkinsFolder,
    previews: "left out",
    secrets: credentialsOf,
    files: (pipeline, notes) => {
      const left = schedulesLeftOut(pipeline.environments);
      if (left.length > 0)
        notes.push(
          `${left.map(({ name }) => name).join(", ")}: not deployed by schedule, as Jenkins does not tell which of several started a build`,
        );
      const byHand = pipeline.environments.filter(({ rule }) => rule.rules.length === 0).map(({ name }) => name);
      if (byHand.length > 0)
        notes.push(
          `${byHand.join(", ")}: deployed by hand alone, and so not by Jenkins: wherry pipeline run deploy -e NAME`,
        );
      const people = pipeline.environments.filter(({ rule }) => rule.twoPeople === true).map(({ name }) => name);
      if (people.length > 0)
        notes.push(
          `${people.join(", ")}: Jenkins does not tell who asks for a deployment, and so two_people refuses every one`,
        );
      return Promise.resolve(jenkinsFiles(pipeline));
    },
  });
}

interface Host {
  /** Of Wherry's package. */
  readonly folder: string;
  readonly previews: "written" | "left out";
  /** Those that have to be set there; all if left out. */
  readonly secrets?: (environment: EnvironmentStage) => readonly string[];
  /** @param notes what the user should know is added to it */
  files(pipeline: Pipeline, notes: string[]): Promise<readonly WantedFile[]>;
}

async function propose(ctx: Context, options: ProposalOptions, host: Host): Promise<PipelineProposal> {
  const { directory, releaseBranch, version } = options;
  const found = await findPipeline(ctx, {
    directory,
    releaseBranch,
    wherry: { version, integrity: undefined },
    digests: "ask",
  });
  const { root } = found;
  const wherry = (await pinIn(ctx, root, version, host.folder)) ?? (await findPin(ctx, version));
  const notes = [...found.pipeline.notes];
  if (wherry.integrity === undefined)
    notes.push(
      `the registry did not tell the hash of wherry ${version}: ${host.folder}/package-lock.json is not written, and jobs refuse to install Wherry without it. Run this again with a network`,
    );
  const previews = host.previews === "written" ? found.pipeline.previews : undefined;
  if (previews !== found.pipeline.previews)
    notes.push("previews: only the pipeline for GitHub makes them; by hand: wherry deploy -e preview-NUMBER");
  const { secrets = (one: EnvironmentStage) => one.secrets } = host;
  const environments = found.pipeline.environments.map((one) => ({ ...one, secrets: secrets(one) }));
  const pipeline = { ...found.pipeline, environments, previews, wherry };
  const files = await host.files(pipeline, notes);
  return {
    root,
    pipeline: { ...pipeline, notes },
    changes: await compare(ctx, root, await takenOver(ctx, root, files)),
  };
}
