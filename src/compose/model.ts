import type { HealthSettings, Route } from "../config/index.ts";
import type { Position, Secret, Seconds } from "../core/index.ts";
import type { ComposeProject } from "./project.ts";

/** What a service is to a deployment; see the words in the documentation. */
export type ServiceKind = "routed" | "worker" | "job" | "stateful";

/**
 * Where a service lives: in the compose project of each release (old and new stand side by side), or in the base
 * project of the environment (changed in place, only when its definition changed).
 */
export type Placement = "release" | "base";

/** One compose service, understood: everything that a deployment needs to know about it. */
export interface ServiceModel {
  readonly name: string;
  readonly kind: ServiceKind;
  readonly placement: Placement;
  /** Why it is of this kind and placed there, as one clause for people: `keeps data in the volume mongo-data`. */
  readonly reason: string;
  /** Image reference as the compose file says it; undefined where only `build` is given. */
  readonly image: string | undefined;
  /** True when the image is built from the repository. */
  readonly built: boolean;
  readonly routes: readonly Route[];
  /** Container port of a routed service. */
  readonly port: number | undefined;
  readonly replicas: number;
  /** HTTP check by the proxy; only routed services have one. */
  readonly http: HealthSettings | undefined;
  /** The compose file (or the image, not known here) has a health check. */
  readonly composeHealth: boolean;
  readonly release: readonly string[] | undefined;
  readonly drain: Seconds;
  readonly stopGrace: Seconds;
  readonly singleton: boolean;
  /** Compose networks of this service that Wherry makes, each with the aliases under which others know it. */
  readonly networks: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  /** Services of the same placement that `depends_on` puts before it; jobs are not among them, for they run before all of them. */
  readonly needs: readonly { readonly service: string; readonly healthy: boolean }[];
  /** Network on which the proxy reaches it; only routed services have one. */
  readonly proxyNetwork: string | undefined;
  /** Hash of the service's resolved definition without its image; secret values are not in it, their names are. */
  readonly definition: string;
  /** Names of the secrets whose values reach this service; `file:NAME` for a compose secret that is a file. */
  readonly secrets: readonly string[];
  readonly at: Position | undefined;
}

/** A thing worth saying about the user's files. Errors stop a deployment, warnings and notes are shown with the plan. */
export interface Notice {
  readonly severity: "error" | "warning" | "note";
  /** Static, kebab-case. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly at?: Position;
}

/** The compose files of one environment, resolved and understood. */
export interface AppModel {
  readonly services: readonly ServiceModel[];
  /** Networks that Wherry makes, sorted by name: those of the release projects and those of the base project (a network may be in both). */
  readonly releaseNetworks: readonly string[];
  readonly baseNetworks: readonly string[];
  /** Jobs of the release in the order in which they run. A job that only base services wait for is theirs, and not here. */
  readonly jobs: readonly string[];
  /** Secrets that must have a value before anything is touched: those of wherry.yaml, and those only compose names. */
  readonly secrets: readonly { readonly name: string; readonly at: Position | undefined }[];
  /** Contents of compose secrets that are files, by `file:NAME`, in base64: for their versions. */
  readonly fileSecrets: ReadonlyMap<string, Secret>;
  /**
   * Named volumes that a release mounts but no base service makes. They must be made before it starts
   * (`docker volume create`, which does nothing where it is there already).
   */
  readonly releaseVolumes: readonly VolumeModel[];
  /** Absolute paths of the files that the release is made of besides its images: what of them is not committed, is not in the commit that the release names. */
  readonly files: readonly string[];
  readonly notices: readonly Notice[];
  /** The resolved compose project, with secret values still as placeholders. Opaque to other rooms. */
  readonly resolved: ComposeProject;
}

export interface VolumeModel {
  /** As the engine knows it: `shop-production_uploads`. */
  readonly name: string;
  readonly driver: string | undefined;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** What the image of a service is built from, as compose resolved it: paths are absolute, `$` stands for itself. */
export interface BuildModel {
  readonly service: string;
  /** Tag asked for by `image:` beside `build:`. */
  readonly image: string | undefined;
  readonly platform: string | undefined;
  /** The `build` mapping of the compose specification. */
  readonly build: Readonly<Record<string, unknown>>;
  /** Build secrets: id as the Dockerfile mounts it, and the name in the secrets map (`file:NAME` in AppModel.fileSecrets). */
  readonly secrets: readonly { readonly id: string; readonly name: string }[];
}

/** One file of a rendered release; paths are relative to the release's folder on the server. */
export interface RenderedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
}
