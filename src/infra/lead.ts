import { loadMachines, parseServer } from "../config/index.ts";
import type { AppMachines, LoadOptions } from "../config/index.ts";
import { refusedError, WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { bringAddresses, standingOn, takeAddresses } from "../release/index.ts";
import type { Place, Standing } from "../release/index.ts";
import type { Context } from "../system/index.ts";
import { withinRanges } from "../system/index.ts";
import { changesOfRecords, leadsTo, leftRecords, reachedAt } from "./dns.ts";
import type { LeftRecord, Reached, RecordChange } from "./dns.ts";
import { among, chooseAddresses, onlyAddresses } from "./floating.ts";
import type { Choice } from "./floating.ts";
import { forgetRecords } from "./forget.ts";
import { orNote } from "./or-note.ts";
import { rememberedAddresses } from "./own-state.ts";
import type { AddressRecord, Cloud, Floating, Provider } from "./provider.ts";
import { providers } from "./providers.ts";
import { findAccess } from "./session.ts";

/** What leads visitors from one server to another. */
export interface Way {
  readonly hosts: readonly string[];
  /** As wherry.yaml has them: `deploy@203.0.113.10`. */
  readonly from: string;
  readonly to: string;
  /** Where visitors reach `to`, as people say it; its host counts, too. */
  readonly address: string | undefined;
  /** Stacks that share the first server and come to the second one afterwards, as servers call them: `shop_web/production`. */
  readonly following?: readonly string[];
  /** Those that will have come before: only a plan knows of any that have not. */
  readonly before?: readonly string[];
}

/** A DNS record that was changed, or would be. */
export interface LedRecord {
  readonly host: string;
  readonly type: "A" | "AAAA";
  readonly before: readonly string[];
  /** Empty: removed. */
  readonly after: readonly string[];
  /** Who has the zone: `Hetzner`. */
  readonly at: string;
  /** Seconds for which others may still go by what was before. */
  readonly ttl: number;
}

/** A floating address that leads to another server, or would. */
export interface LedAddress {
  /** `198.51.100.7`, `2001:db8:5::/64` */
  readonly address: string;
  /** Who has it: `Hetzner`. */
  readonly at: string;
  /** The servers, as they are called there. Null: it led to none. */
  readonly from: string | null;
  readonly to: string;
}

/** What leads visitors to the new server: floating addresses and DNS records. */
export interface Leading {
  readonly addresses: readonly LedAddress[];
  readonly dns: readonly LedRecord[];
}

/** What would be changed at providers of which a token is at hand: what of them leads to `from`. */
export async function planLeading(ctx: Context, options: LoadOptions, way: Way, report: Report): Promise<Leading> {
  const seen = await look(ctx, await loadMachines(ctx, options), way, report);
  tellStaying(seen, report);
  const moving = seen.choices.filter(({ fate }) => fate === "moves");
  const { zones } = recordsToChange(seen, way, carried(seen.choices, moving));
  return {
    addresses: moving.flatMap(ledAddress),
    dns: zones.flatMap(({ provider, changes }) => changes.map((change) => ledRecord(provider, change))),
  };
}

/**
 * Before a move: where the old server reaches the new one. What floats leads to the old server as yet.
 * @returns undefined: by its own address
 * @throws WherryError `floating-server` where wherry.yaml knows the old server by an address that would leave it
 */
export async function addressMeanwhile(
  ctx: Context,
  options: LoadOptions,
  way: Omit<Way, "hosts">,
  report: Report,
): Promise<string | undefined> {
  const { from, address } = way;
  const machines = await loadMachines(ctx, options);
  const { choices } = await look(ctx, machines, { ...way, hosts: [] }, report);
  const own = choices.find((choice) => choice.fate === "moves" && among([choice])(hostIn(from)));
  if (own?.fate === "moves" && own.from !== undefined) {
    const { provider } = own.of;
    const [known = ""] = own.from.addresses;
    throw refusedError(
      "floating-server",
      `${hostIn(from)} is a floating address at ${provider.title}: once it leads to the new server, nobody reaches the old one by it`,
      {
        at: machines.at.server,
        hint: `write the address of the machine itself, ${known}, as server:, and say --address ${hostIn(from)}`,
      },
    );
  }
  const leadsBack = among(choices.filter(({ fate }) => fate !== "arrived"));
  return address !== undefined && leadsBack(address) ? undefined : address;
}

export interface Led extends Leading {
  readonly left: readonly LeftRecord[];
}

/**
 * Leads visitors from one server to the other: floating addresses, and the DNS of the hosts that do not lead to these. What
 * cannot be changed here is left as it is, with a note: the one server sends requests on to the other for as long as DNS
 * says so. Cut off, the same call does the rest.
 */
export async function lead(ctx: Context, options: LoadOptions, way: Way, report: Report): Promise<Led> {
  const machines = await loadMachines(ctx, options);
  const seen = await look(ctx, machines, way, report);
  tellStaying(seen, report);
  const moved = await leadAddresses(ctx, { seen, place: placeOf(machines), way }, report);
  const arrived = carried(seen.choices, moved);
  const { zones, to } = recordsToChange(seen, way, arrived);
  const dns: LedRecord[] = [];
  const changed: AddressRecord[] = [];
  for (const { provider, cloud, records, changes } of zones) {
    const there = records.filter((record) => leadsTo(to)(record) || record.values.some(among(arrived)));
    const led = [...changes.map(({ record }) => record), ...there];
    // First, so that no record goes with the machines, or back to them, wherever this is cut off.
    const forgotten = await orNote(
      report,
      `the DNS records at ${provider.title} are as they were, as those of infrastructure.dns have to be taken out of OpenTofu's state before (tofu state rm)`,
      async () => {
        await forgetRecords(ctx, machines, { provider, records: led, to }, report);
        return true;
      },
    );
    if (forgotten === undefined) continue;
    for (const change of changes) {
      const { record, values } = change;
      const set = await orNote(
        report,
        `${record.host} ${record.type} is as it was, and has to be changed by hand`,
        async () => {
          await cloud.setRecord(record, values);
          return true;
        },
      );
      if (set === undefined) continue;
      changed.push(record);
      dns.push(ledRecord(provider, change));
    }
  }
  const records = zones.flatMap((zone) => zone.records);
  const left = leftRecords(way.hosts, records, { changed, to, said: way.address, floating: among(arrived) });
  return { addresses: moved.flatMap(ledAddress), dns, left };
}

/** What one provider has: records of the hosts, and addresses that float. */
interface SeenCloud {
  readonly provider: Provider;
  readonly cloud: Cloud;
  readonly records: readonly AddressRecord[];
  readonly floating: Floating;
}

type AtProvider = Pick<SeenCloud, "provider" | "cloud">;
type Chosen = Choice & { readonly of: AtProvider };

interface Seen {
  readonly clouds: readonly SeenCloud[];
  readonly choices: readonly Chosen[];
  readonly from: Standing;
  readonly to: Standing;
}

const nothing: Standing = { addresses: [], brought: [], others: [] };

async function look(ctx: Context, machines: AppMachines, way: Way, report: Report): Promise<Seen> {
  const shown = await Promise.all(
    Object.values(providers).map(async (provider): Promise<readonly SeenCloud[]> => {
      const access = await orNote(report, `${provider.title} was not looked at`, () =>
        findAccess(ctx, { ...machines, provider }),
      );
      if (access === undefined) return [];
      const { cloud } = access;
      const [records, floating] = await Promise.all([
        orNote(report, `the DNS zones at ${provider.title} were not looked at`, () => cloud.records(way.hosts)),
        orNote(report, `the floating addresses at ${provider.title} were not looked at`, () => cloud.floating()),
      ]);
      const found = {
        records: records ?? [],
        floating: floating ?? { addresses: [], servers: [], onePerServer: false },
      };
      return found.records.length + found.floating.addresses.length === 0 ? [] : [{ provider, cloud, ...found }];
    }),
  );
  const clouds = shown.flat();
  if (clouds.length === 0) return { clouds, choices: [], from: nothing, to: nothing };
  const from = await standing(ctx, machines, way.from, report);
  const to = await standing(ctx, machines, way.to, report);
  const { before = [], following = [] } = way;
  const ends = {
    from: [hostIn(way.from), ...from.addresses],
    to: [hostIn(way.to), ...to.addresses],
    leading: onlyAddresses([
      ...clouds.flatMap(({ records }) => records.flatMap(({ values }) => values)),
      way.address,
      hostIn(way.from),
    ]),
    brought: from.brought,
    others: from.others.filter((one) => !before.includes(one)),
    following,
  };
  const choices = clouds.flatMap(({ provider, cloud, floating }) =>
    chooseAddresses(floating, ends).map((choice) => ({ ...choice, of: { provider, cloud } })),
  );
  return { clouds, choices, from, to };
}

function tellStaying({ choices }: Seen, report: Report): void {
  for (const choice of choices) {
    if (choice.fate !== "stays" || choice.why === undefined) continue;
    const { address, of, why } = choice;
    report({ type: "note", text: `${address.range} stays where it leads at ${of.provider.title}: ${why}` });
  }
}

/** What visitors come by, and needs no change of DNS: it leads there, or will when the last of several has moved. */
function carried(choices: readonly Chosen[], moved: readonly Chosen[]): readonly Chosen[] {
  return [...choices.filter(({ fate }) => fate === "arrived" || fate === "waits"), ...moved];
}

interface Leaving {
  readonly seen: Seen;
  readonly place: Place;
  readonly way: Way;
}

/** Those that lead to the other server from now on. The first one gives up what was brought there, whichever call led it away. */
async function leadAddresses(ctx: Context, { seen, place, way }: Leaving, report: Report): Promise<readonly Chosen[]> {
  const moved: Chosen[] = [];
  const there: string[] = [];
  for (const choice of seen.choices) {
    if (choice.fate === "stays" || choice.fate === "waits") continue;
    const { address, to, used, of } = choice;
    if (choice.fate === "moves") {
      const what = `${address.range} stays where it leads at ${of.provider.title}`;
      const led = await orNote(report, what, async () => {
        // First, so that the server answers by it from its first packet on.
        const onInterface = of.provider.floatingOnInterface;
        await bringAddresses(ctx, { place, server: way.to, addresses: used }, { onInterface }, report);
        await of.cloud.leadAddress(address, to);
        return true;
      });
      if (led === undefined) continue;
      moved.push(choice);
    }
    there.push(...used.filter((one) => seen.from.brought.includes(one)));
  }
  if (there.length > 0) {
    await orNote(report, `${way.from} still has ${there.join(", ")} on its interface`, async () => {
      await takeAddresses(ctx, { place, server: way.from, addresses: there }, report);
      return true;
    });
  }
  return moved;
}

interface ZoneChanges extends SeenCloud {
  readonly changes: readonly RecordChange[];
}

/** @param arrived floating addresses that lead there: what leads to these stays as it is */
function recordsToChange(
  { clouds, choices, from, to }: Seen,
  way: Way,
  arrived: readonly Chosen[],
): { readonly zones: readonly ZoneChanges[]; readonly to: Reached } {
  const floats = withinRanges(clouds.flatMap(({ floating }) => floating.addresses.map(({ range }) => range)));
  const needless = among(arrived);
  const said = onlyAddresses([way.address]).filter((one) => needless(one) || !floats(one));
  // What floats may be on an interface, and lead elsewhere.
  const own = to.addresses.filter((one) => !floats(one));
  const reached = reachedAt([...said, hostIn(way.to)], own);
  const staying = choices
    .filter(({ fate }) => fate === "stays" || fate === "moves")
    .map(({ address }) => address.range);
  const left = [hostIn(way.from), ...from.addresses, ...staying];
  const zones = clouds
    .filter(({ records }) => records.length > 0)
    .map((cloud) => ({ ...cloud, changes: changesOfRecords(cloud.records, left, reached, needless) }));
  return { zones, to: reached };
}

/** A server that is gone cannot say: then there is what is remembered of it. */
async function standing(ctx: Context, machines: AppMachines, server: string, report: Report): Promise<Standing> {
  try {
    return await standingOn(ctx, placeOf(machines), server);
  } catch (error) {
    if (!(error instanceof WherryError) || error.code !== "unreachable") throw error;
    const remembered = await orNote(report, `whether ${server} had further addresses is not known`, () =>
      rememberedAddresses(ctx, machines, hostIn(server)),
    );
    return { ...nothing, addresses: remembered ?? [] };
  }
}

function placeOf({ appOnServers, environment }: AppMachines): Place {
  return { app: appOnServers, environment };
}

function hostIn(server: string): string {
  const address = parseServer(server);
  return address?.kind === "ssh" ? address.host : "";
}

function ledRecord(provider: Provider, { record, values }: RecordChange): LedRecord {
  const { host, type, ttl } = record;
  return { host, type, before: record.values, after: values, at: provider.title, ttl };
}

function ledAddress(choice: Chosen): readonly LedAddress[] {
  if (choice.fate !== "moves") return [];
  const { address, of, from, to } = choice;
  return [{ address: address.range, at: of.provider.title, from: from?.name ?? null, to: to.name }];
}
