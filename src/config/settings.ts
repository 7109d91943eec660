import type { Position, Seconds } from "../core/index.ts";
import type { ProxySettings } from "./proxy-settings.ts";
import type { BackupSettings } from "./backup.ts";
import type { DeployOn } from "./deploy-on.ts";
import type { NotifyChannel } from "./notify.ts";
import type { PreviewSettings } from "./previews.ts";
import type { RotationSettings } from "./rotation.ts";
import type { SecretsFrom } from "./secrets-from.ts";
import type { Strategy } from "./strategy.ts";
import type { TlsSettings } from "./tls.ts";

/** wherry.yaml for one environment: merged, validated, with every default filled in. Its servers may still be to be made. */
export interface EnvironmentSettings {
  /** As servers know it: the app's name; of an app with several stacks `<name>_<stack>`, for each is one of its own there. */
  readonly app: string;
  /** As wherry.yaml calls it. */
  readonly name: string;
  /** `default` where the app has no stacks. */
  readonly stack: string;
  /** Stacks that are deployed before this one, and that it reaches. */
  readonly dependsOn: readonly string[];
  /** Private address that this stack is reached at by others; undefined: by none. */
  readonly address: string | undefined;
  readonly environment: string;
  /** Of which pull request it is a preview; undefined: it is an environment of the file. */
  readonly preview: PreviewSettings | undefined;
  /** Environment whose images are deployed here; undefined: they are built. */
  readonly imagesFrom: string | undefined;
  /** Absolute path of wherry.yaml, and the folder that relative paths in it start from. */
  readonly file: string;
  readonly directory: string;
  /** Compose files in the order of merging, as written; overlays `compose.<environment>.yaml` included where they exist. */
  readonly compose: readonly string[];
  readonly profiles: readonly string[];
  readonly services: Readonly<Record<string, ServiceSettings>>;
  /** All that are deployed to; empty until `wherry infra apply` has made them. */
  readonly servers: readonly ServerAddress[];
  /** How many of them at the same time, once the first one serves. */
  readonly atOnce: number;
  /** As written; what it comes to with all defaults is in the release rules. */
  readonly deployOn: DeployOn;
  /** Names of secrets that must have a value before anything is touched. */
  readonly secrets: readonly { readonly name: string; readonly at: Position }[];
  /** Where their values come from; the first that has one wins. Never empty. */
  readonly secretsFrom: readonly SecretsFrom[];
  /** What happens around secrets when they are rotated, by name. */
  readonly rotation: ReadonlyMap<string, RotationSettings>;
  /** Values for interpolation in the compose files, before `.env`. */
  readonly values: Readonly<Record<string, string>>;
  /** How many releases stay on the server with their images, the live one included. */
  readonly keep: number;
  readonly strategy: Strategy;
  readonly tls: TlsSettings;
  /** Undefined: there is none in front. */
  readonly balancer: BalancerSettings | undefined;
  readonly notify: readonly NotifyChannel[];
  /** Undefined: no copies of the data are made. */
  readonly backup: BackupSettings | undefined;
  /** Findings of the check that are accepted. */
  readonly ignore: readonly IgnoredRule[];
}

/** Of an environment that can be deployed to: `servers` is never empty. */
export interface Settings extends EnvironmentSettings {
  /** The one that was asked for, or the first. */
  readonly server: ServerAddress;
}

export interface BalancerSettings {
  /** Path that the proxy answers: 200, or 503 while requests should go elsewhere. */
  readonly health: string;
  readonly drain: Seconds;
}

export interface IgnoredRule {
  readonly rule: string;
  /** All services where it names none. */
  readonly service: string | undefined;
  readonly reason: string | undefined;
  readonly at: Position;
}

export interface ServiceSettings {
  readonly routes: readonly Route[];
  /** Container port that gets the traffic; undefined where the image or compose leaves no choice. */
  readonly port: number | undefined;
  readonly health: HealthSettings | undefined;
  /** Command run once from the new image before it gets traffic. */
  readonly release: readonly string[] | undefined;
  /** How long requests in flight may take once new ones go elsewhere. */
  readonly drain: Seconds;
  /** Two of it must never run at once: the old one stops first. */
  readonly singleton: boolean;
  /** What the proxy does with its requests; undefined where nothing is written. */
  readonly proxy: ProxySettings | undefined;
  /** The user's word against the classification; undefined where there is none. */
  readonly stateful: boolean | undefined;
  /** Where this service is written in wherry.yaml. */
  readonly at: Position;
}

export interface Route {
  /** Lower case, without port. */
  readonly host: string;
  /** Starts with `/`; matches whole path segments. */
  readonly path: string;
}

export interface HealthSettings {
  readonly path: string;
  readonly interval: Seconds;
  readonly timeout: Seconds;
  readonly successes: number;
  readonly deadline: Seconds;
}

export type ServerAddress =
  | { readonly kind: "local" }
  | {
      readonly kind: "ssh";
      readonly host: string;
      readonly user: string | undefined;
      readonly port: number | undefined;
    };
