import { loadMachines } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import { moveBack, moveEnvironment, planMove, readJourney } from "../release/index.ts";
import type { MovedBack, MoveOptions, MovePlan, MoveResult } from "../release/index.ts";
import { formatAddress } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import type { LeftRecord } from "./dns.ts";
import { addressMeanwhile, lead, planLeading } from "./lead.ts";
import type { LedAddress, LedRecord, Leading, Way } from "./lead.ts";
import { writeNewServer } from "./write-servers.ts";

/** What was changed besides the servers when the server was another one. */
interface Around {
  /** Floating addresses that lead to the other server now. */
  readonly addresses: readonly LedAddress[];
  readonly dns: readonly LedRecord[];
  /** Files of the user, relative to the folder of wherry.yaml. */
  readonly written: readonly string[];
}

export interface Moved extends Omit<MoveResult, "records">, Around {
  readonly records: readonly LeftRecord[];
}

interface Several {
  /** Stacks that move one after the other, this one among them. Left out: none. */
  readonly stacks?: readonly string[];
}

/** What would be done, DNS and floating addresses included; see `planMove`. */
export async function planServerMove(
  ctx: Context,
  options: MoveOptions & Several,
  report: Report,
): Promise<MovePlan & Leading> {
  const address = await meanwhile(ctx, options, report);
  const plan = await planMove(ctx, { ...options, address });
  const around = await othersOf(ctx, options);
  return { ...plan, ...(await planLeading(ctx, options, { ...plan, ...around, address: options.address }, report)) };
}

async function meanwhile(ctx: Context, options: MoveOptions & Several, report: Report): Promise<string | undefined> {
  const { source } = await readJourney(ctx, options);
  const { to, address } = options;
  const way = { from: formatAddress(source), to, address, ...(await othersOf(ctx, options)) };
  return addressMeanwhile(ctx, options, way, report);
}

/** The stacks that go before and after this one, as servers call them. */
async function othersOf(
  ctx: Context,
  { stacks = [], ...options }: MoveOptions & Several,
): Promise<Pick<Way, "before" | "following">> {
  const names = await Promise.all(
    stacks.map(async (stack) => {
      const { appOnServers, environment } = await loadMachines(ctx, { ...options, stack });
      return `${appOnServers}/${environment}`;
    }),
  );
  const own = stacks.indexOf(options.stack ?? "");
  return { before: names.slice(0, Math.max(own, 0)), following: names.slice(own + 1) };
}

/**
 * Moves an environment to another server, leads its visitors there as far as addresses and DNS can be changed from here, and writes that
 * server into wherry.yaml. Killed in between, the same call goes on.
 * @param options.machines environment whose `infrastructure:` describes that server
 */
export async function moveServer(
  ctx: Context,
  options: MoveOptions & Several & { readonly machines: string | undefined },
  report: Report,
): Promise<Moved> {
  const reached = await meanwhile(ctx, options, report);
  const result = await moveEnvironment(ctx, { ...options, address: reached }, report);
  const hosts = result.records.map(({ host }) => host);
  const address = options.address ?? result.records[0]?.address ?? undefined;
  const way = { ...result, ...(await othersOf(ctx, options)), hosts, address };
  const { left, ...led } = await lead(ctx, options, way, report);
  return {
    ...result,
    records: left,
    ...led,
    written: await writeNewServer(ctx, options, { address: result.to, machines: options.machines }, report),
  };
}

/** One stack of several that moved. */
export interface StackMove extends Moved {
  readonly stack: string;
}

/**
 * Moves stacks one after the other, each entirely before the next begins, and writes after each. Said again after a failure
 * it goes on with the rest.
 */
export async function moveStacks(
  ctx: Context,
  options: MoveOptions & { readonly machines: string | undefined },
  stacks: readonly string[],
  report: Report,
): Promise<readonly StackMove[]> {
  const moves: StackMove[] = [];
  for (const stack of stacks) {
    try {
      moves.push({ stack, ...(await moveServer(ctx, { ...options, stack, stacks }, report)) });
    } catch (error) {
      const before = moves.map((move) => move.stack).join(", ");
      if (before !== "") report({ type: "note", text: `moved before, and served by ${options.to}: ${before}` });
      throw error;
    }
  }
  return moves;
}

/** Takes a move back, in DNS, floating addresses and wherry.yaml as well. */
export async function moveServerBack(
  ctx: Context,
  options: LoadOptions & Pick<MoveOptions, "address">,
  report: Report,
): Promise<MovedBack & Around> {
  const result = await moveBack(ctx, options, report);
  const { addresses, dns } = await lead(ctx, options, { ...result, address: options.address }, report);
  return {
    ...result,
    addresses,
    dns,
    written: await writeNewServer(ctx, options, { address: result.to, machines: undefined }, report),
  };
}
