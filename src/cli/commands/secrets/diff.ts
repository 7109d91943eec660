import * as z from "zod";
import { loadSettings } from "../../../config/index.ts";
import type { LoadOptions, Settings } from "../../../config/index.ts";
import type { Secret } from "../../../core/index.ts";
import { compareSecretsWithLive } from "../../../release/index.ts";
import { compareValues, findSecrets, wantedSecrets } from "../../../secrets/index.ts";
import type { CommandContext } from "../../definition.ts";
import { command } from "../../definition.ts";
import { table } from "../../format/table.ts";
import { optional } from "../../parameters.ts";

const state = z.enum(["same", "different", "only-here", "only-there"]);

export const diff = command({
  description: [
    "Says which secrets have another value than in the live release, or with --with than in another environment: names only. The live release is asked for keyed hashes of its values, and tells nothing else of them.",
  ],
  flags: { with: optional("environment to compare with; the live release if left out", { placeholder: "NAME" }) },
  needs: ["environment"],
  examples: [
    { line: "secrets diff -e production", what: "what the next deployment would change" },
    { line: "secrets diff -e uat --with production", what: "no two environments should share a password" },
  ],
  schema: z.strictObject({
    environment: z.string(),
    with: z.string(),
    secrets: z.array(z.strictObject({ name: z.string(), state })),
  }),
  async run({ with: other, environment, directory, server, stack }, ctx) {
    const here = { environment, directory, server, stack };
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
      "only-here": `only in ${environment}`,
      "only-there": `only in ${other}`,
    };
    if (secrets.length === 0) return [`neither ${environment} nor ${other} has secrets`];
    return table(secrets.map(({ name, state }) => [name, words[state]]));
  },
});

async function valuesOf(
  ctx: CommandContext,
  options: LoadOptions,
): Promise<{ readonly settings: Settings; readonly values: ReadonlyMap<string, Secret> }> {
  const settings = await loadSettings(ctx, options);
  return { settings, values: await findSecrets(ctx, settings, await wantedSecrets(ctx, settings)) };
}
