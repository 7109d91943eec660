import { readFileSync } from "node:fs";
import { join } from "node:path";
import { applyAddition, planAddition } from "../../src/catalog/index.ts";
import type { Addition, CardanoNetwork } from "../../src/catalog/index.ts";
import { createContext } from "../../src/system/index.ts";

export interface Wanted {
  readonly entry: string;
  readonly name?: string;
  readonly network?: CardanoNetwork;
  readonly with?: readonly string[];
  readonly join?: readonly string[];
}

/** What `wherry catalog add` would do in a folder. */
export function plan(folder: string, wanted: Wanted, now?: string): Promise<Addition> {
  const ctx = createContext({ cwd: folder });
  const clock = now === undefined ? ctx.clock : { ...ctx.clock, now: () => new Date(now) };
  return planAddition(
    { ...ctx, clock },
    { name: undefined, network: undefined, with: [], join: [], directory: undefined, ...wanted },
  );
}

/** Does it, and gives what was planned. */
export async function add(folder: string, wanted: Wanted): Promise<Addition> {
  const addition = await plan(folder, wanted);
  await applyAddition(createContext({ cwd: folder }), addition);
  return addition;
}

export function read(folder: string, path: string): string {
  return readFileSync(join(folder, path), "utf8");
}

/** A value for every secret, so that a file can be read as if they were set. */
export function dotenvOf({ secrets, values }: Pick<Addition, "secrets" | "values">): string {
  return [
    ...secrets.map(({ name }) => `${name}=correct-horse-battery`),
    ...values.map(({ name, value }) => `${name}=${value}`),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

export const wherryYaml = `app: shop
environments:
  production:
    server: local
`;
