import { join } from "node:path";
import type { Context } from "../system/index.ts";

/**
 * Servers that were ordered and not greeted yet, so that an interrupted apply knows whom it still has to greet: an address that
 * is known says nothing, as a server can be made anew behind it. Beside the first host key, which is good until nobody waits.
 */
const fileName = "first_host_key.waiting";

interface Waiting {
  readonly name: string;
  /** Host keys, `ssh-ed25519 AAAA...`, that it was told to take: it shows one of them, or still the first one. */
  readonly keys: readonly string[];
}

export async function waitingServers(ctx: Context, folder: string): Promise<readonly Waiting[]> {
  const lines = ((await ctx.files.readText(join(folder, fileName))) ?? "").split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", ...keys] = line.split("\t");
    return { name, keys };
  });
}

/** Written before they are ordered; whatever such a server was told before was told to another machine. */
export async function awaitServers(ctx: Context, folder: string, names: readonly string[]): Promise<void> {
  const others = (await waitingServers(ctx, folder)).filter(({ name }) => !names.includes(name));
  await write(ctx, folder, [...others, ...names.map((name) => ({ name, keys: [] }))]);
}

/** Written before a server is told to take this key: killed in between, nobody knows which one it shows. */
export async function awaitKey(ctx: Context, folder: string, server: string, key: string): Promise<void> {
  const waiting = await waitingServers(ctx, folder);
  const keys = waiting.find(({ name }) => name === server)?.keys ?? [];
  const others = waiting.filter(({ name }) => name !== server);
  await write(ctx, folder, [...others, { name: server, keys: [...new Set([...keys, key])] }]);
}

export async function greeted(ctx: Context, folder: string, server: string): Promise<void> {
  const others = (await waitingServers(ctx, folder)).filter(({ name }) => name !== server);
  await write(ctx, folder, others);
}

export async function forgetWaiting(ctx: Context, folder: string): Promise<void> {
  await ctx.files.remove(join(folder, fileName));
}

async function write(ctx: Context, folder: string, waiting: readonly Waiting[]): Promise<void> {
  if (waiting.length === 0) return forgetWaiting(ctx, folder);
  const lines = waiting.map(({ name, keys }) => `${[name, ...keys].join("\t")}\n`);
  return ctx.files.write(join(folder, fileName), lines.join(""), 0o600);
}
