import { join } from "node:path";
import { loadMachines, shownPath, stacksOf } from "../config/index.ts";
import type { AppMachines, InfrastructureSettings } from "../config/index.ts";
import { invalidError, refusedError, Secret, usageError } from "../core/index.ts";
import { readValues } from "../secrets/index.ts";
import type { Context } from "../system/index.ts";
import { folderOf } from "./machines.ts";
import type { Cloud, Provider } from "./provider.ts";
import { providers } from "./providers.ts";

export interface InfraOptions {
  readonly environment: string | undefined;
  readonly directory: string | undefined;
}

/** The machines of an environment as wherry.yaml wants them. */
export interface WantedMachines extends Omit<AppMachines, "infrastructure"> {
  readonly infrastructure: InfrastructureSettings;
  readonly provider: Provider;
  /** Folder of the files: absolute, and as people see it. */
  readonly folder: string;
  readonly shownFolder: string;
}

/** @throws WherryError where the environment has no machines of its own */
export async function readMachines(ctx: Context, options: InfraOptions): Promise<WantedMachines> {
  const [stack] = await stacksOf(ctx, options);
  if (stack !== undefined) {
    throw usageError("stacks-have-no-machines", "wherry infra does not make machines for an app with stacks yet", {
      hint: "make them with files of your own, and write each stack's server into wherry.yaml",
    });
  }
  const machines = await loadMachines(ctx, options);
  const { infrastructure, environment, at } = machines;
  if (typeof infrastructure === "string") {
    throw usageError("shared-machines", `${environment} uses the servers of ${infrastructure}`, {
      at: at.infrastructure,
      hint: `say -e ${infrastructure}`,
    });
  }
  if (infrastructure === undefined) {
    throw invalidError("no-machines", `wherry.yaml says nothing of the machines of ${environment}`, {
      at: at.server,
      hint: `add to it: infrastructure: { needs: { cpu: 2, memory: 4GB }, location: nbg1 }`,
    });
  }
  const folder = join(machines.directory, folderOf(environment));
  const provider = providers[infrastructure.provider];
  return { ...machines, infrastructure, provider, folder, shownFolder: shownPath(ctx, folder) };
}

/** What is needed to find the token. */
type TokenPlace = Pick<WantedMachines, "app" | "environment" | "directory" | "secretsFrom" | "provider">;

/** The token, and the API that it opens. From the environment or from where secrets are kept. */
export interface Access {
  readonly token: Secret;
  readonly cloud: Cloud;
}

/** @throws WherryError `no-token` */
export async function readAccess(ctx: Context, machines: TokenPlace): Promise<Access> {
  const access = await findAccess(ctx, machines);
  if (access !== undefined) return access;
  const { title, token } = machines.provider;
  throw refusedError("no-token", `there is no token for ${title}: ${token.variable} has no value`, {
    hint: token.hint(machines.environment),
  });
}

export async function findAccess(ctx: Context, machines: TokenPlace): Promise<Access | undefined> {
  const { app: name, environment, directory, secretsFrom, provider } = machines;
  const { variable } = provider.token;
  // What stands in the environment wins, wherever secrets are kept: as with the provider itself.
  const places = [{ kind: "environment" } as const, ...secretsFrom.filter(({ kind }) => kind !== "environment")];
  const found = await readValues(ctx, { name, environment, directory, secretsFrom: places }, [variable]);
  // A file often ends with a new line, which is no part of what is in it.
  const value = found.get(variable)?.reveal().trim() ?? "";
  if (value === "") return undefined;
  const token = new Secret(value);
  ctx.mask.add(token);
  return { token, cloud: provider.open(ctx, token, environment) };
}
