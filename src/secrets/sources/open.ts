import { sharedName } from "../../config/index.ts";
import type { SecretsFrom, EnvironmentSettings } from "../../config/index.ts";
import type { Context } from "../../system/index.ts";
import { ageSource } from "./age.ts";
import { bitwardenSource } from "./bitwarden.ts";
import { environmentSource } from "./environment.ts";
import { fileSource } from "./file.ts";
import { githubSource } from "./github.ts";
import { onePasswordSource } from "./one-password.ts";
import { passSource } from "./pass.ts";
import type { SecretPlace, SecretSource } from "./source.ts";
import { vaultSource } from "./vault.ts";

export interface OpenSource extends SecretSource {
  readonly kind: SecretsFrom["kind"];
}

/** What sources are opened by. */
export type SourceSettings = Pick<EnvironmentSettings, "name" | "environment" | "directory" | "secretsFrom"> &
  Partial<Pick<EnvironmentSettings, "preview">>;

/** The sources of an environment, in the order in which they are asked. Nothing is read yet. */
export function openSources(ctx: Context, settings: SourceSettings): readonly OpenSource[] {
  const place: SecretPlace = {
    app: settings.name,
    environment: sharedName(settings),
    directory: settings.directory,
  };
  return settings.secretsFrom.map((from) => ({ kind: from.kind, ...open(ctx, place, from) }));
}

/** The one table of sources: a new one is an entry here, and a form in wherry.yaml. */
function open(ctx: Context, place: SecretPlace, from: SecretsFrom): SecretSource {
  switch (from.kind) {
    case "environment":
      return environmentSource(ctx);
    case "file":
      return fileSource(ctx, place);
    case "github":
      return githubSource(ctx, place, from);
    case "age":
      return ageSource(ctx, place, from);
    case "pass":
      return passSource(ctx, from);
    case "1password":
      return onePasswordSource(ctx, from);
    case "bitwarden":
      return bitwardenSource(ctx, from);
    default:
      return vaultSource(ctx, from);
  }
}
