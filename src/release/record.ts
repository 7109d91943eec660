import type { Placement, ServiceKind, VolumeModel } from "../compose/index.ts";
import type { HealthSettings, Route } from "../config/index.ts";
import type { ProxyRules } from "../proxy/index.ts";
import type { Seconds } from "../core/index.ts";
import type { ImagesOrigin } from "./origin.ts";

/** `20261124-3f2a`: the day and four hex digits; sorts by day, says nothing else. */
export type ReleaseId = string;

/**
 * The immutable record of one thing that can be deployed. Lies on the server beside the rendered files; a rollback
 * is a deployment of an older one. Readers must take every version that was ever written.
 */
export interface ReleaseRecord {
  readonly version: 1;
  readonly id: ReleaseId;
  readonly app: string;
  readonly environment: string;
  readonly stack: string;
  readonly createdAt: string;
  /** Null outside a git repository. */
  readonly commit: string | null;
  /** What was live when it was made: where a rollback goes. */
  readonly previous: ReleaseId | null;
  /** Files outside the commit were included. */
  readonly dirty: boolean;
  readonly branch: string | null;
  readonly tag: string | null;
  /** Tells apps of the same name apart: the remote's URL without credentials, else the first commit. */
  readonly repository: string | null;
  readonly firstCommit: string | null;
  /** Where the images come from; absent in records from before there was more than one way. */
  readonly images?: ImagesOrigin;
  readonly services: readonly ReleaseService[];
  /** Jobs in the order in which they run. */
  readonly jobs: readonly string[];
  /** Volumes that must be there before the release starts, and that nothing else makes. */
  readonly volumes: readonly VolumeModel[];
  readonly releaseNetworks: readonly string[];
  readonly baseNetworks: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  /** A version is a keyed hash of the value: equal values have equal versions, and nothing else can be told from it. */
  readonly secrets: readonly { readonly name: string; readonly version: string }[];
}

export interface ReleaseService {
  readonly name: string;
  readonly kind: ServiceKind;
  readonly placement: Placement;
  readonly reason: string;
  /** Reference by which the server's engine knows the image. */
  readonly image: string;
  /** `name@sha256:...` where the image came from a registry, and can come again; null where it was shipped. */
  readonly pull: string | null;
  /** `sha256:...`: of the registry's manifest where it was pulled, else of the image's configuration. */
  readonly digest: string;
  /** Hash of definition, image and secret versions: a base service is changed only when this changes. */
  readonly configHash: string;
  readonly routes: readonly Route[];
  readonly port: number | null;
  readonly replicas: number;
  readonly http: HealthSettings | null;
  readonly composeHealth: boolean;
  readonly release: readonly string[] | null;
  readonly drain: Seconds;
  readonly stopGrace: Seconds;
  readonly singleton: boolean;
  readonly networks: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  readonly needs: readonly { readonly service: string; readonly healthy: boolean }[];
  readonly proxyNetwork: string | null;
  /** What the proxy does with its requests; records of version 0.1.0 have none. */
  readonly proxy?: ProxyRules;
}
