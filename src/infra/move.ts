import { basename, relative } from "node:path";
import { loadMachines } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import { moveBack, moveEnvironment } from "../release/index.ts";
import type { MovedBack, MoveOptions, MoveResult } from "../release/index.ts";
import type { Context } from "../system/index.ts";
import { apply as write, compare, insertEntry } from "../writer/index.ts";
import { writeServers } from "./write-servers.ts";

/** What was changed in the user's files after the server was another one. */
interface Written {
  /** Relative to the folder of wherry.yaml. */
  readonly written: readonly string[];
}

/**
 * Moves an environment to another server, and writes that server into wherry.yaml.
 * @param options.machines environment whose `infrastructure:` describes that server
 */
export async function moveServer(
  ctx: Context,
  options: MoveOptions & { readonly machines: string | undefined },
  report: Report,
): Promise<MoveResult & Written> {
  const result = await moveEnvironment(ctx, options, report);
  return {
    ...result,
    written: await writeServer(ctx, options, { address: result.to, machines: options.machines }, report),
  };
}

/** Takes a move back, in wherry.yaml as well. */
export async function moveServerBack(ctx: Context, options: LoadOptions, report: Report): Promise<MovedBack & Written> {
  const result = await moveBack(ctx, options, report);
  return { ...result, written: await writeServer(ctx, options, { address: result.to, machines: undefined }, report) };
}

async function writeServer(
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
  const written = await writeServers(ctx, { directory, file, environment }, [address], report);
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
