import type { SecretsFrom, EnvironmentSettings } from "../config/index.ts";
import { wantedSecrets } from "../secrets/index.ts";
import type { Context } from "../system/index.ts";

/**
 * Names of the secrets that a job has to hand over to a deployment: those that it asks its environment for, and those
 * that open another source. What is not set at the host of the pipeline arrives as empty, which is no value.
 */
export async function secretsToHandOver(ctx: Context, settings: EnvironmentSettings): Promise<readonly string[]> {
  const { secretsFrom } = settings;
  const asked = secretsFrom.some(comesByVariable) ? await wantedSecrets(ctx, settings) : [];
  return [...asked.map(({ name }) => name), ...secretsFrom.flatMap(keysOf)];
}

/** Sources that a program opens which the machines of pipelines do not have, and nothing else is asked before them. */
export function unreachableSources({ secretsFrom }: EnvironmentSettings): readonly string[] {
  if (secretsFrom.some(comesByVariable)) return [];
  return secretsFrom.flatMap(({ kind }) =>
    kind === "pass" || kind === "1password" || kind === "bitwarden" ? [kind] : [],
  );
}

/** Does the host of the pipeline hand the values over as variables of the job? */
function comesByVariable({ kind }: SecretsFrom): boolean {
  return kind === "environment" || kind === "github";
}

function keysOf(source: SecretsFrom): readonly string[] {
  if (source.kind === "age") return ["WHERRY_AGE_KEY"];
  if (source.kind === "vault") return ["VAULT_TOKEN", ...(source.address === undefined ? ["VAULT_ADDR"] : [])];
  return [];
}
