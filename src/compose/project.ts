import type { Position, Secret } from "../core/index.ts";

/** What `docker compose config --format json` says, with its `$$` undone. Only what Wherry itself looks at has a type. */
export interface ResolvedDocument {
  readonly services: Readonly<Record<string, ResolvedService>>;
  readonly networks: Readonly<Record<string, ResolvedNetwork | null>>;
  readonly volumes: Readonly<Record<string, ResolvedVolume | null>>;
  readonly secrets: Readonly<Record<string, ResolvedFile>>;
  readonly configs: Readonly<Record<string, ResolvedFile>>;
  readonly [key: string]: unknown;
}

export interface ResolvedService {
  readonly image?: string;
  readonly build?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly volumes?: readonly ResolvedMount[];
  readonly ports?: readonly ResolvedPort[];
  readonly expose?: readonly (string | number)[];
  readonly networks?: Readonly<Record<string, ResolvedAttachment | null>>;
  readonly network_mode?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly [key: string]: unknown }>>;
  readonly deploy?: { readonly mode?: string; readonly replicas?: number; readonly [key: string]: unknown };
  readonly scale?: number;
  readonly restart?: string;
  readonly container_name?: string;
  readonly links?: readonly string[];
  readonly platform?: string;
  readonly healthcheck?: {
    readonly disable?: boolean;
    readonly test?: readonly string[];
    readonly start_interval?: string;
  };
  readonly stop_grace_period?: string;
  readonly secrets?: readonly MountedFile[];
  readonly configs?: readonly MountedFile[];
  readonly [key: string]: unknown;
}

/** A secret or config as a service uses it. */
export interface MountedFile {
  readonly source: string;
  readonly target?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly mode?: string | number;
}

export interface ResolvedMount {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly [key: string]: unknown;
}

export interface ResolvedPort {
  readonly target: number;
  readonly published?: string;
  readonly host_ip?: string;
  readonly protocol?: string;
}

export interface ResolvedAttachment {
  readonly aliases?: readonly string[];
  readonly interface_name?: string;
  readonly [key: string]: unknown;
}

export interface ResolvedNetwork {
  readonly name?: string;
  readonly driver?: string;
  readonly external?: boolean;
  readonly internal?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

export interface ResolvedVolume {
  readonly name?: string;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly external?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A top-level secret or config. */
export interface ResolvedFile {
  readonly name?: string;
  readonly file?: string;
  readonly environment?: string;
  readonly content?: string;
  readonly external?: boolean;
  readonly [key: string]: unknown;
}

export interface ShippedFile {
  /** Below the mounted folder; empty for a single file. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

/** What the source of a bind mount is. */
export type BindSource =
  /** A file or folder of the project, shipped with each release. */
  | {
      readonly kind: "file" | "folder";
      readonly path: string;
      readonly files: readonly ShippedFile[];
      readonly ignored: boolean;
    }
  /** A relative path that the project does not hold: a folder on the server, which keeps what is written to it. */
  | { readonly kind: "data"; readonly path: string; readonly ignored: boolean }
  /** An absolute path of the server. */
  | { readonly kind: "server" }
  /** Cannot be deployed, and why. */
  | { readonly kind: "refused"; readonly message: string };

/** The compose files of one environment as read on this machine: everything that `understand` and `renderRelease` need. */
export interface ComposeProject {
  readonly document: ResolvedDocument;
  /** The name that compose was given; unnamed volumes and networks start with it. */
  readonly name: string;
  /** Placeholder as it stands in the document -> name of the secret. */
  readonly placeholders: ReadonlyMap<string, string>;
  /** Secrets that only a compose secret or config with `environment:` names. */
  readonly composeSecrets: readonly { readonly name: string; readonly at: Position | undefined }[];
  /** Compose secret -> its content in base64, where it is a file. */
  readonly fileSecrets: ReadonlyMap<string, Secret>;
  /** Config -> its content, where it is a file or comes from a value. */
  readonly configFiles: ReadonlyMap<string, Uint8Array>;
  /** Bind mounts by their absolute source. */
  readonly binds: ReadonlyMap<string, BindSource>;
  /** Absolute paths of the files that were read: compose files, what they include, and what is shipped. */
  readonly files: readonly string[];
  /** Best effort: what comes from `extends` and `include` may have no place. */
  readonly positionOf: (path: readonly (string | number)[]) => Position | undefined;
}

/** The named services as compose resolved them. */
export function definitionsOf(
  project: ComposeProject,
  services: readonly { readonly name: string }[],
): readonly ResolvedService[] {
  return services.map(({ name }) => project.document.services[name]).filter((service) => service !== undefined);
}
