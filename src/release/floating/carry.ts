import { parseServer } from "../../config/index.ts";
import type { Report } from "../../core/index.ts";
import { script } from "../../server/index.ts";
import type { Script } from "../../server/index.ts";
import type { Context } from "../../system/index.ts";
import { reportOf, withConnections } from "../fleet.ts";
import { must } from "../move/steps.ts";
import bring from "./bring.sh?raw";
import library from "./library.sh?raw";
import type { Place } from "./standing.ts";
import take from "./take.sh?raw";

interface Carried {
  readonly place: Place;
  /** As wherry.yaml has it: `deploy@203.0.113.10`. */
  readonly server: string;
  readonly addresses: readonly string[];
}

/**
 * Makes a server ready for floating addresses that are to lead to it. Done twice it changes nothing.
 * @param onInterface traffic arrives only where they are on the server's own interface: they are put there, to stay
 * @throws WherryError where that cannot be done
 */
export async function bringAddresses(
  ctx: Context,
  { place, server, addresses }: Carried,
  { onInterface }: { readonly onInterface: boolean },
  report: Report,
): Promise<void> {
  const text = script(`${library}\n${bring}`, [onInterface ? "on-interface" : "known", ...addresses]);
  await change(ctx, { place, server, title: `take ${addresses.join(", ")}`, text }, report);
}

/** The other way round: what was brought there goes. */
export async function takeAddresses(
  ctx: Context,
  { place, server, addresses }: Carried,
  report: Report,
): Promise<void> {
  const text = takeScript(addresses);
  await change(ctx, { place, server, title: `give up ${addresses.join(", ")}`, text }, report);
}

/** @param addresses none: all that were brought there for this environment */
export function takeScript(addresses: readonly string[]): Script {
  return script(`${library}\n${take}`, addresses);
}

interface Change {
  readonly place: Place;
  readonly server: string;
  readonly title: string;
  readonly text: Script;
}

async function change(ctx: Context, { place, server, title, text }: Change, report: Report): Promise<void> {
  const address = parseServer(server);
  if (address === undefined) throw new Error(`${server} is no address`);
  await withConnections(ctx, [address], async ([connection]) => {
    if (connection === undefined) throw new Error("one server was asked for");
    const step = { step: "receive", title, script: text } as const;
    await must(ctx, connection, { ...place, deployment: "-" }, [step], reportOf(report, connection, 2));
  });
}
