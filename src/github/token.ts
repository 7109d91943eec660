import { Secret } from "../core/index.ts";
import type { Context } from "../system/index.ts";

/** The token of GITHUB_TOKEN, GH_TOKEN or the program `gh`; undefined where there is none. It is masked from here on. */
export async function tokenFor(ctx: Context, host: string): Promise<Secret | undefined> {
  // A token for github.com has no business on a server of one's own, unless a run of GitHub Actions there gave it.
  const ownServer = host !== "github.com" && ctx.env["GITHUB_ACTIONS"] !== "true";
  const names = ownServer ? ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"] : ["GITHUB_TOKEN", "GH_TOKEN"];
  for (const name of names) {
    const value = ctx.env[name]?.trim();
    if (value !== undefined && value !== "") return known(ctx, value);
  }
  const asked = await ctx.processes.run(["gh", "auth", "token", "--hostname", host], { timeout: 10_000 });
  const told = asked.stdout.trim();
  return asked.exitCode === 0 && /^\S+$/.test(told) ? known(ctx, told) : undefined;
}

/** Keeps a value out of everything that is written. */
export function known(ctx: Context, value: string): Secret {
  const token = new Secret(value);
  ctx.mask.add(token);
  return token;
}
