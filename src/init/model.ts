/** What `wherry init` sees in a repository, and what it makes of it. Data alone: nothing here touches the disk. */

/** Where something was seen: `backend/package.json:12  express 5.3.0`. */
export interface Evidence {
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
  readonly what: string;
}

/** `sure`: a file says so. `likely`: it follows from what files say. `guess`: the usual, because nothing says otherwise. */
export type Certainty = "sure" | "likely" | "guess";

/** The files of a repository that are its own (no packages, no build output), and the texts of those that are read. */
export interface Repository {
  /** Relative to its top, with forward slashes, sorted. */
  readonly files: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}

/** A value that was found, or assumed. */
export interface Found<T> {
  readonly value: T;
  readonly certainty: Certainty;
  readonly evidence?: Evidence;
}

export type Language = "node" | "python" | "go" | "rust" | "java" | "static";

export type StoreKind = "mongo" | "postgres" | "mysql" | "redis" | "rabbitmq";

/** A database or queue that a part needs. */
export interface StoreUse {
  readonly kind: StoreKind;
  readonly evidence: Evidence;
}

/** An environment variable that the code reads. */
export interface Variable {
  readonly name: string;
  readonly evidence: Evidence;
}

/** Serves the browser's pages only; answers programs only; or both (a whole site in one process). */
export type Role = "pages" | "api" | "whole";

/** A process beside the web process, from the same image. */
export interface Worker {
  readonly name: string;
  readonly command: readonly string[];
  readonly evidence: Evidence;
}

/** How the part runs on a developer's machine, with its source mounted. */
export interface Development {
  readonly command: readonly string[];
  readonly port: number;
  /** Folders of the image that the mounted source must not hide. */
  readonly keep: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** One thing in the repository that becomes one image. */
export interface Part {
  /** Relative to the top; empty for the top itself. */
  readonly folder: string;
  readonly framework: string;
  readonly language: Language;
  readonly role: Role;
  readonly certainty: Certainty;
  readonly evidence: readonly Evidence[];
  readonly image: ImagePlan;
  readonly port: Found<number>;
  /** Path that answers 2xx when it can serve; undefined where none was found. */
  readonly health: Found<string> | undefined;
  /** Fixed settings of the image: `PORT`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly reads: readonly Variable[];
  readonly uses: readonly StoreUse[];
  /** Command that runs once per release, before it gets traffic. */
  readonly release: Found<readonly string[]> | undefined;
  readonly workers: readonly Worker[];
  readonly development: Development | undefined;
  /** What the user should know of it. */
  readonly notes: readonly Note[];
}

export interface Note {
  readonly message: string;
  readonly evidence?: Evidence;
}

export type PackageManager = "npm" | "pnpm" | "yarn" | "yarn-berry" | "bun";

/** How the packages of a Node.js project are installed. */
export interface NodeProject {
  readonly manager: PackageManager;
  /** Of the package manager, exact where the repository says it; undefined for npm, which comes with Node.js. */
  readonly managerVersion: string | undefined;
  readonly lockfile: string | undefined;
  /** Major version of Node.js. */
  readonly node: string;
  /** Folder of the lockfile, relative to the top: the build's context. */
  readonly root: string;
  /** Files to copy before installing, relative to `root`. */
  readonly manifests: readonly string[];
  /** Folder of the part below `root`; empty where they are the same. */
  readonly below: string;
  readonly hasPackages: boolean;
  /** Run after installing: Prisma writes its client into the packages. */
  readonly generate: readonly string[] | undefined;
  /** The build of the whole workspace, where it has one: parts may need each other. */
  readonly workspaceBuild: boolean;
}

/** What the Dockerfile is made from. */
export type ImagePlan =
  | {
      readonly recipe: "pages";
      /** Undefined where the files are served as they lie. */
      readonly build: { readonly project: NodeProject; readonly command: readonly string[] } | undefined;
      /** Folder with the finished pages, relative to the part. */
      readonly output: string;
      /** `page`: a path without a file gets index.html (the router in the browser knows it). `none`: 404. */
      readonly fallback: "page" | "none";
      /** Paths whose names change with their content, as a regular expression of nginx: kept by browsers for a year. */
      readonly hashed: string | undefined;
    }
  | {
      readonly recipe: "node";
      readonly project: NodeProject;
      readonly build: readonly string[] | undefined;
      /** `all`: the folder and its packages. `output`: only what the build wrote, which needs no packages. */
      readonly keep: { readonly what: "all" } | { readonly what: "output"; readonly copy: readonly CopiedFolder[] };
      /** Whether packages for development are taken out again. */
      readonly prune: boolean;
      readonly start: readonly string[];
      /** Folders that the process writes to. */
      readonly writable: readonly string[];
    }
  | {
      readonly recipe: "python";
      readonly version: string;
      readonly install: "requirements" | "uv" | "poetry" | "project";
      /** Packages that are needed to serve and are not among the project's. */
      readonly extra: readonly string[];
      readonly prepare: readonly string[] | undefined;
      /** Debian packages: to compile packages, and to run them. */
      readonly system: { readonly build: readonly string[]; readonly run: readonly string[] };
      readonly start: readonly string[];
    }
  | {
      readonly recipe: "go";
      readonly version: string;
      readonly target: string;
      readonly sums: boolean;
      /** Needs a C compiler: SQLite. */
      readonly cgo: boolean;
      /** Folders that the program reads when it runs: templates. */
      readonly folders: readonly string[];
    }
  | {
      readonly recipe: "rust";
      readonly version: string;
      readonly binary: string;
      readonly locked: boolean;
      readonly folders: readonly string[];
    }
  | {
      readonly recipe: "java";
      readonly version: string;
      readonly tool: "maven" | "gradle";
      /** Spring Boot 3.3 and newer unpacks itself, so that libraries are a layer of their own. */
      readonly unpacks: boolean;
    };

/** From a folder of the build to a folder of the image, both relative to the part. */
export interface CopiedFolder {
  readonly from: string;
  readonly to: string;
}

/** Looks at one folder of a repository and says what it is; undefined where it is something else. */
export interface Detector {
  readonly framework: string;
  readonly language: Language;
  detect(place: Place): Part | undefined;
}

/** One folder of the repository, and the whole. */
export interface Place {
  readonly repository: Repository;
  readonly folder: string;
}

/** Everything that was seen. */
export interface Survey {
  readonly parts: readonly NamedPart[];
  readonly dockerfiles: readonly ExistingDockerfile[];
  /** The compose file that is there already. */
  readonly compose: ExistingCompose | undefined;
  readonly wherry: string | undefined;
  readonly pipelines: readonly Evidence[];
  /** Whether git leaves a file .env alone. */
  readonly dotenv: "ignored" | "not ignored" | "in the repository";
}

export interface NamedPart extends Part {
  /** Of the compose service. */
  readonly name: string;
  /** A route below /api in its sources: it knows the prefix itself. */
  readonly apiPrefix: Evidence | undefined;
}

/** A compose file that somebody else wrote. */
export interface ExistingCompose {
  readonly path: string;
  readonly text: string;
}

export interface ExistingDockerfile {
  readonly path: string;
  readonly port: number | undefined;
  readonly hasHealthcheck: boolean;
  /** Image of the last stage: `node:24-slim`. */
  readonly base: string | undefined;
  /** Written by Wherry, perhaps edited since. */
  readonly ours: boolean;
}
