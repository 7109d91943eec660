import type { EnvironmentRule } from "../config/index.ts";

/** A pipeline as data: what is looked at, what is deployed where. Any host's files are rendered from this alone. */

/** A command that a job runs. All of them are ours: nothing that somebody wrote into a file becomes shell text. */
export interface Command {
  readonly title: string;
  readonly run: string;
}

/** What a job needs to be there before it can do anything with a part. */
export type Toolchain =
  | {
      readonly language: "node";
      readonly version: string;
      readonly manager: "npm" | "pnpm" | "yarn";
      /** Relative to the repository; undefined where there is none, and so nothing to cache by. */
      readonly lockfile: string | undefined;
    }
  | { readonly language: "python"; readonly version: string }
  | { readonly language: "go"; readonly version: string; readonly sums: string | undefined }
  | { readonly language: "rust"; readonly version: string }
  | { readonly language: "java"; readonly version: string };

export type CheckKind = "lint" | "types" | "unit" | "integration";

/** One part of the repository, and what is done with each change of it. */
export interface PartStage {
  readonly name: string;
  /** Where its commands run, relative to the repository; empty for the top. */
  readonly folder: string;
  readonly toolchain: Toolchain;
  readonly install: readonly Command[];
  readonly checks: Readonly<Record<CheckKind, readonly Command[]>>;
  /** Names of databases that its tests get, those of the compose file. */
  readonly databases: readonly Database[];
  /** Variables by which the tests find them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Which database each of these variables is for: variable -> name of the database. */
  readonly variableOf: Readonly<Record<string, string>>;
}

/** A database of the compose file, as a container beside a job. */
export interface Database {
  readonly name: string;
  /** With its digest where a registry told it. */
  readonly image: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly health: string;
}

/** An image that the compose file builds. Paths are relative to the repository. */
export interface ImageStage {
  readonly service: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
}

export interface EnvironmentStage {
  readonly name: string;
  readonly rule: EnvironmentRule;
  /** Where people see it: `https://shop.example.com`; undefined where nothing is routed. */
  readonly url: string | undefined;
  readonly servers: readonly string[];
  /** Environment whose images it gets: its job builds nothing, and asks the servers of that one too. */
  readonly imagesFrom: string | undefined;
  /** Names of secrets that a deployment hands over, sorted. */
  readonly secrets: readonly string[];
  /** Those of them that need not be handed over: the repository has a value too, encrypted. */
  readonly inRepository: readonly string[];
}

/** What is done for pull requests, each with an environment of its own. */
export interface PreviewStage {
  readonly scheme: "https" | "http";
  /** Below it is `pr-<number>`, where people see a preview. */
  readonly domain: string;
  readonly server: string;
  readonly limit: number;
  /** Names of secrets that a deployment hands over, sorted; all previews have the same. */
  readonly secrets: readonly string[];
}

export interface Pipeline {
  readonly app: string;
  /** Folder of wherry.yaml below the top of the repository; empty for the top itself. */
  readonly folder: string;
  /** What is deployed to production has to be in its history. */
  readonly releaseBranch: string;
  readonly parts: readonly PartStage[];
  readonly images: readonly ImageStage[];
  /** Those that a pipeline can reach, in the order of the file. */
  readonly environments: readonly EnvironmentStage[];
  /** Undefined: pull requests are not deployed. */
  readonly previews: PreviewStage | undefined;
  /** Folders with something that Dependabot keeps up to date, by its name for the ecosystem. */
  readonly dependencies: readonly { readonly ecosystem: string; readonly folder: string }[];
  readonly wherry: WherryPin;
  /** What the user should know. */
  readonly notes: readonly string[];
}

/** Wherry in the pipeline: one version, known by the hash of its package. */
export interface WherryPin {
  readonly version: string;
  /** `sha512-…`; undefined where the registry did not tell. */
  readonly integrity: string | undefined;
}
