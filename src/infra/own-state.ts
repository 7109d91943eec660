import { join } from "node:path";
import { loadMachines, shownPath } from "../config/index.ts";
import type { AppMachines } from "../config/index.ts";
import type { Secret } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { folderOf } from "./machines.ts";
import { initialize, openProgram } from "./program.ts";
import type { Program } from "./program.ts";
import { providers } from "./providers.ts";
import { findAccess } from "./session.ts";
import type { WantedMachines } from "./session.ts";
import { readState } from "./state.ts";
import type { KnownState } from "./state.ts";

/** The machines that an environment runs on: its own, or those of the one that it shares them with. Undefined where no files make them. */
export async function machinesOf(ctx: Context, machines: AppMachines): Promise<WantedMachines | undefined> {
  const owner =
    typeof machines.infrastructure === "string"
      ? await loadMachines(ctx, { environment: machines.infrastructure, directory: machines.directory })
      : machines;
  const { infrastructure, environment, directory } = owner;
  if (typeof infrastructure !== "object") return undefined;
  const folder = join(directory, folderOf(environment));
  if ((await ctx.files.stat(join(folder, "versions.tf"))) === undefined) return undefined;
  const provider = providers[infrastructure.provider];
  return { ...owner, infrastructure, provider, folder, shownFolder: shownPath(ctx, folder) };
}

export interface OpenState {
  readonly program: Program;
  readonly state: KnownState;
}

/** What OpenTofu knows of them, without a look at the provider. */
export async function openState(ctx: Context, machines: WantedMachines, token: Secret): Promise<OpenState> {
  const program = await openProgram(ctx, { ...machines, token });
  await initialize(program);
  return { program, state: await readState(program) };
}

/**
 * All addresses of the machine that has this one, as OpenTofu remembers it; none where it knows no such machine, or no token
 * opens its state.
 */
export async function rememberedAddresses(
  ctx: Context,
  machines: AppMachines,
  address: string,
): Promise<readonly string[]> {
  const owner = await machinesOf(ctx, machines);
  const access = owner === undefined ? undefined : await findAccess(ctx, owner);
  if (owner === undefined || access === undefined) return [];
  const { state } = await openState(ctx, owner, access.token);
  const known = state.servers.map(({ ipv4, ipv6 }) => [ipv4, ...(ipv6 === null ? [] : [ipv6])]);
  return known.find((addresses) => addresses.includes(address)) ?? [];
}
