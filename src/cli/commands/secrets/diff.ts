import * as z from "zod";
import { loadEnvironment } from "../../../config/index.ts";
import type { LoadOptions, EnvironmentSettings } from "../../../config/index.ts";
import { usageError } from "../../../core/index.ts";
import type { Secret } from "../../../core/index.ts";
import { compareSecretsWithLive } from "../../../release/index.ts";
import { compareValues, compareWithSource, findSecrets, wantedSecrets } from "../../../secrets/index.ts";
import type { Difference } from "../../../secrets/index.ts";
import type { CommandContext } from "../../definition.ts";
import { command } from "../../definition.ts";
import { ago, table } from "../../format/table.ts";
import { optional } from "../../parameters.ts";

const state = z.enum(["same", "different", "unknown", "only-here", "only-there"]);

interface Differences {
  readonly environment: string;
  readonly with: string;
  readonly secrets: readonly (Difference & { readonly changed?: string | null })[];
}

export const diff = command({
  description: [
    "Says which secrets have another value than in the live release, or with --with than in another environment: names only. The live release is asked for keyed hashes of its values, and tells nothing else of them.",
    "With --source one source is compared with what the others have. Of github, which tells no values, it is said which secrets are there, and since when.",
  ],
  flags: {
    with: optional("environment to compare with; the live release if left out", { placeholder: "NAME" }),
    source: optional("source of secrets_from to compare with the others, such as github", { placeholder: "SOURCE" }),
  },
  needs: ["environment"],
  examples: [
    { line: "secrets diff -e production", what: "what the next deployment would change" },
    { line: "secrets diff -e uat --with production", what: "no two environments should share a password" },
    { line: "secrets diff -e production --source github", what: "what GitHub lacks" },
  ],
  schema: z.strictObject({
    environment: z.string(),
    with: z.string(),
    secrets: z.array(z.strictObject({ name: z.string(), state, changed: z.string().nullable().optional() })),
  }),
  async run({ with: other, source, environment, directory, server, stack }, ctx): Promise<Differences> {
    const here = { environment, directory, server, stack };
    if (source !== undefined) {
      if (other !== undefined)
        throw usageError("invalid-arguments", "--with and --source are two comparisons: take one");
      const settings = await loadEnvironment(ctx, here);
      return compareWithSource(ctx, settings, await wantedSecrets(ctx, settings), source);
    }
    if (other === undefined) return compareSecretsWithLive(ctx, here);
    const [mine, theirs] = [await valuesOf(ctx, here), await valuesOf(ctx, { environment: other, directory, stack })];
    return {
      environment: mine.settings.environment,
      with: theirs.settings.environment,
      secrets: compareValues(mine.values, theirs.values),
    };
  },
  print: ({ environment, with: other, secrets }, { style }) => {
    const words = {
      same: style.dim("same value"),
      different: style.warning("different"),
      unknown: "in both; whether the value is the same is not told",
      "only-here": `only in ${environment}`,
      "only-there": `only in ${other}`,
    };
    if (secrets.length === 0) return [`neither ${environment} nor ${other} has secrets`];
    return table(
      secrets.map(({ name, state, changed }) => [
        name,
        words[state],
        changed == null ? "" : style.dim(`written ${ago(changed, new Date())}`),
      ]),
    );
  },
});

async function valuesOf(
  ctx: CommandContext,
  options: LoadOptions,
): Promise<{ readonly settings: EnvironmentSettings; readonly values: ReadonlyMap<string, Secret> }> {
  const settings = await loadEnvironment(ctx, options);
  return { settings, values: await findSecrets(ctx, settings, await wantedSecrets(ctx, settings)) };
}
