import { loadSettings, parseServer, stacksOf } from "../../config/index.ts";
import { usageError } from "../../core/index.ts";
import { formatAddress } from "../../server/index.ts";
import type { Context } from "../../system/index.ts";
import type { MoveOptions } from "./model.ts";

/**
 * The stacks that a move takes along, in the order in which they depend on each other; one `undefined` where the app has
 * none. Of several, those that are not on the new server yet: a move that ended between two of them goes on with the rest.
 * @throws WherryError where these are on different servers: then one of them has to be said
 */
export async function stacksToMove(ctx: Context, options: MoveOptions): Promise<readonly (string | undefined)[]> {
  const stacks = await stacksOf(ctx, options);
  if (stacks.length === 1) return stacks;
  const target = parseServer(options.to);
  const to = target === undefined || target.kind === "local" ? options.to : formatAddress(target);
  const places: { readonly stack: string | undefined; readonly server: string }[] = [];
  for (const stack of stacks) {
    const { servers } = await loadSettings(ctx, { ...options, stack });
    const names = servers.map((one) => (one.kind === "local" ? one.kind : formatAddress(one)));
    places.push({ stack, server: names.join(", ") });
  }
  const left = places.filter(({ server }) => server !== to);
  if (left.length === 0) throw usageError("same-server", `all stacks are on ${to} already`);
  if (new Set(left.map(({ server }) => server)).size > 1) {
    throw usageError("which-stack", "the stacks are on different servers: one at a time moves", {
      context: left.map(({ stack, server }) => `${stack}: ${server}`),
      hint: `say which: --stack ${left[0]?.stack}`,
    });
  }
  return left.map(({ stack }) => stack);
}
