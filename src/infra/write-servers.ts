import { basename, relative } from "node:path";
import type { AppMachines } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { apply as write, compare } from "../writer/index.ts";
import { withServers } from "./edit-server.ts";

/** Writes these as the servers of an environment into wherry.yaml; says what to write where that cannot be done. */
export async function writeServers(
  ctx: Context,
  { directory, file, environment }: Pick<AppMachines, "directory" | "file" | "environment">,
  addresses: readonly string[],
  report: Report,
): Promise<readonly string[]> {
  const content = withServers((await ctx.files.readText(file)) ?? "", environment, addresses);
  if (content === undefined) {
    const value = addresses.length === 1 ? addresses[0] : `[${addresses.join(", ")}]`;
    report({
      type: "note",
      text: `${basename(file)} is left as it is: write server: ${value} under environments.${environment}`,
    });
    return [];
  }
  const path = relative(directory, file);
  return write(ctx, directory, await compare(ctx, directory, [{ path, content, from: "current" }]));
}
