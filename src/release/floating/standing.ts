import { parseServer } from "../../config/index.ts";
import { script } from "../../server/index.ts";
import type { Context } from "../../system/index.ts";
import { ask } from "../ask.ts";
import { withConnections } from "../fleet.ts";
import type { Scope } from "../run.ts";
import addresses from "./addresses.sh?raw";

export type Place = Omit<Scope, "deployment">;

/** How a server stands in the network, by its own words. */
export interface Standing {
  /**
   * Its addresses, IPv4 and IPv6; none where it has no `ip`. What is before it in the network (a floating address that is
   * not on its interface, a translation) it does not know.
   */
  readonly addresses: readonly string[];
  /** Floating addresses that moves have brought there for this environment. */
  readonly brought: readonly string[];
  /** Other environments, and stacks, that are served there: `shop/uat`. */
  readonly others: readonly string[];
}

/** @param server as wherry.yaml has it: `deploy@203.0.113.10` */
export async function standingOn(ctx: Context, place: Place, server: string): Promise<Standing> {
  const address = parseServer(server);
  if (address === undefined) throw new Error(`${server} is no address`);
  return withConnections(ctx, [address], async ([connection]) => {
    if (connection === undefined) throw new Error("one server was asked for");
    const steps = [{ id: "addresses", script: script(addresses) }];
    const told = await ask(connection, place, steps, { otherwise: "does not tell its addresses" });
    const all = (word: string): readonly string[] =>
      [...told.matchAll(new RegExp(`^${word} (\\S+)$`, "gm"))].map(([, one = ""]) => one);
    return { addresses: all("address"), brought: all("brought"), others: all("other") };
  });
}
