import { basename, relative } from "node:path";
import { loadMachines } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import { moveBack, moveEnvironment } from "../release/index.ts";
import type { MovedBack, MoveOptions, MoveResult } from "../release/index.ts";
import type { Context } from "../system/index.ts";
import { apply as write, compare } from "../writer/index.ts";
import { withServers } from "./edit-server.ts";

/** What was changed in the user's files after the server was another one. */
interface Written {
  /** Relative to the folder of wherry.yaml. */
  readonly written: readonly string[];
}

/** Moves an environment to another server, and writes that server into wherry.yaml. */
export async function moveServer(ctx: Context, options: MoveOptions, report: Report): Promise<MoveResult & Written> {
  const result = await moveEnvironment(ctx, options, report);
  return { ...result, written: await writeServer(ctx, options, result.to, report) };
}

/** Takes a move back, in wherry.yaml as well. */
export async function moveServerBack(ctx: Context, options: LoadOptions, report: Report): Promise<MovedBack & Written> {
  const result = await moveBack(ctx, options, report);
  return { ...result, written: await writeServer(ctx, options, result.to, report) };
}

async function writeServer(
  ctx: Context,
  options: LoadOptions,
  address: string,
  report: Report,
): Promise<readonly string[]> {
  const { directory, file, environment, infrastructure } = await loadMachines(ctx, options);
  const note = (text: string): void => report({ type: "note", text });
  if (infrastructure !== undefined) {
    note(
      `infrastructure: of ${environment} describes other machines than ${address}: take it out of ${basename(file)}, or wherry infra apply writes their addresses again`,
    );
  }
  const content = withServers((await ctx.files.readText(file)) ?? "", environment, [address]);
  if (content === undefined) {
    note(`${basename(file)} is left as it is: write server: ${address} under environments.${environment}`);
    return [];
  }
  const path = relative(directory, file);
  return write(ctx, directory, await compare(ctx, directory, [{ path, content, from: "current" }]));
}
