import { basename, relative } from "node:path";
import { loadMachines } from "../config/index.ts";
import type { AppMachines, LoadOptions } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { apply as write, compare, insertEntry } from "../writer/index.ts";
import { serverValue, withServers } from "./edit-server.ts";

/** Writes these as the servers of an environment into wherry.yaml; says what to write where that cannot be done. */
export async function writeServers(
  ctx: Context,
  {
    directory,
    file,
    environment,
    stack,
  }: Pick<AppMachines, "directory" | "file" | "environment"> & { readonly stack?: string | undefined },
  addresses: readonly string[],
  report: Report,
): Promise<readonly string[]> {
  const content = withServers((await ctx.files.readText(file)) ?? "", { environment, stack }, addresses);
  if (content === undefined) {
    report({
      type: "note",
      text: `${basename(file)} is left as it is: write server: ${serverValue(addresses)} under environments.${environment}${stack === undefined ? "" : `.stacks.${stack}`}`,
    });
    return [];
  }
  const path = relative(directory, file);
  return write(ctx, directory, await compare(ctx, directory, [{ path, content, from: "current" }]));
}

/**
 * Writes the server that an environment has moved to.
 * @param machines environment whose `infrastructure:` describes it
 */
export async function writeNewServer(
  ctx: Context,
  options: LoadOptions,
  { address, machines }: { readonly address: string; readonly machines: string | undefined },
  report: Report,
): Promise<readonly string[]> {
  const { directory, file, environment, infrastructure } = await loadMachines(ctx, options);
  const note = (text: string): void => report({ type: "note", text });
  const now = machines === undefined ? "take it out" : `write infrastructure: ${machines} in its place`;
  if (infrastructure !== undefined && infrastructure !== machines) {
    note(
      `infrastructure: of ${environment} describes other machines than ${address}; once the move is confirmed and these are removed (wherry infra destroy), ${now} in ${basename(file)}: wherry infra apply would write their addresses again`,
    );
  }
  const { stack } = options;
  const written = await writeServers(ctx, { directory, file, environment, stack }, [address], report);
  if (machines === undefined || infrastructure !== undefined) return written;
  const entry = `infrastructure: ${machines}`;
  const shared = insertEntry((await ctx.files.readText(file)) ?? "", ["environments", environment], `${entry}\n`);
  if (shared === undefined) {
    note(`write ${entry} under environments.${environment} of ${basename(file)}: it has its machines now`);
    return written;
  }
  const path = relative(directory, file);
  return write(ctx, directory, await compare(ctx, directory, [{ path, content: shared, from: "current" }]));
}
