import { join } from "node:path";
import * as z from "zod";
import type { Context } from "../system/index.ts";
import type { Resources } from "./provider.ts";

/** Why servers that are there already get no volume, and how their data comes to one all the same. */
export function volumeTooLate(servers: readonly string[], environment: string) {
  return {
    message: `data: comes too late for ${servers.join(", ")}: only the first boot of a server mounts a volume, and this one would stay empty`,
    hint: `describe another environment with data: and move to it (wherry infra move -e ${environment} --to NAME); how it is done by hand is in the manual: infrastructure.md, "A volume for a server that is there"`,
  };
}

/** Terraform's and OpenTofu's own format, version 4. */
const StateFile = z.looseObject({
  resources: z.array(
    z.looseObject({
      mode: z.string(),
      type: z.string(),
      instances: z.array(z.looseObject({ index_key: z.union([z.string(), z.number()]).optional() })),
    }),
  ),
});

/**
 * Servers without a volume, as far as this can be known without asking anybody: the state is a file of the folder, and not
 * encrypted.
 */
export async function serversWithoutVolume(
  ctx: Context,
  folder: string,
  { server, volume }: Resources,
): Promise<readonly string[]> {
  const text = await ctx.files.readText(join(folder, "terraform.tfstate"));
  const state = StateFile.safeParse(parsed(text ?? ""));
  if (!state.success) return [];
  const namesOf = (wanted: string): readonly string[] =>
    state.data.resources
      .filter(({ mode, type }) => mode === "managed" && type === wanted)
      .flatMap(({ instances }) => instances.map(({ index_key: key }) => String(key)));
  const volumes = new Set(namesOf(volume));
  return namesOf(server).filter((name) => !volumes.has(name));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
