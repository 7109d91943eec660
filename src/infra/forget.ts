import type { AppMachines } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import type { Reached } from "./dns.ts";
import { machinesOf, openState } from "./own-state.ts";
import { programError } from "./program.ts";
import type { Program } from "./program.ts";
import type { AddressRecord, Provider } from "./provider.ts";
import { findAccess } from "./session.ts";
import type { Access, WantedMachines } from "./session.ts";
import type { KnownState } from "./state.ts";
import { hostOf } from "./zones.ts";

interface Led {
  readonly provider: Provider;
  readonly records: readonly AddressRecord[];
  readonly to: Reached;
}

/**
 * Records that lead to another server are no longer those of the machines that are left: OpenTofu forgets them, so that no
 * apply leads visitors back, and none is removed with the machines. Nothing is done where they lead to these machines.
 */
export async function forgetRecords(
  ctx: Context,
  machines: AppMachines,
  { provider, records, to }: Led,
  report: Report,
): Promise<void> {
  const owner = await machinesOf(ctx, machines);
  if (owner?.infrastructure.dns === undefined || owner.provider !== provider) return;
  const access = await findAccess(ctx, owner);
  if (access === undefined) return;
  const { program, state } = await openState(ctx, owner, access.token);
  if (state.servers.some(({ ipv4 }) => ipv4 === to.A)) return;
  const led = new Set(records.map(({ host, type }) => `${host} ${type}`));
  const forgotten = recordsIn(state, provider).filter(({ host, type }) => led.has(`${host} ${type}`));
  if (forgotten.length === 0) return;
  await removeFromState(program, forgotten);
  report({
    type: "note",
    text: `the DNS records of infrastructure.dns lead elsewhere from now on, and ${owner.shownFolder} no longer knows them: take dns: out there, and write it where the new machines are`,
  });
}

/**
 * Records of the state that do not lead to these machines alone, whoever changed that: they stay when the machines go. Looks,
 * and changes nothing.
 * @throws WherryError where the zones, or the addresses of the machines, cannot be read: then nothing may be removed
 */
export async function findStrays(
  ctx: Context,
  machines: WantedMachines,
  { token, cloud }: Access,
): Promise<readonly KnownRecord[]> {
  const { state } = await openState(ctx, machines, token);
  const known = recordsIn(state, machines.provider);
  const zones = Map.groupBy(known, ({ zone }) => zone);
  const strays: KnownRecord[] = [];
  for (const [zone, records] of zones) {
    const names = [...new Set(records.map(({ name }) => name))];
    const own = new Set((await cloud.owned(machines, { zone, names })).map(({ address }) => address));
    strays.push(...records.filter(({ address }) => !own.has(address)));
  }
  return strays;
}

/** Right before the machines go: OpenTofu would remove the records that hang on their addresses. */
export async function forgetStrays(
  ctx: Context,
  machines: WantedMachines,
  { token }: Access,
  strays: readonly KnownRecord[],
  report: Report,
): Promise<void> {
  const { program } = await openState(ctx, machines, token);
  await removeFromState(program, strays);
  report({
    type: "note",
    text: `DNS records that do not lead to these machines stay where they are, and ${machines.shownFolder} no longer knows them: ${strays.map(recordName).join(", ")}`,
  });
}

export const recordName = ({ host, type }: KnownRecord): string => `${host} ${type}`;

export interface KnownRecord {
  /** `hcloud_zone_rrset.ipv4["www"]` */
  readonly address: string;
  readonly zone: string;
  /** As the zone writes it. */
  readonly name: string;
  readonly host: string;
  readonly type: string | undefined;
}

function recordsIn({ resources }: KnownState, provider: Provider): readonly KnownRecord[] {
  return resources
    .filter(({ type }) => type === provider.resources.record)
    .map(({ address, values }) => {
      const { zone: named, domain, name = "", type } = values as Readonly<Record<string, string | undefined>>;
      const zone = named ?? domain ?? "";
      return { address, zone, name, host: hostOf(name, zone), type };
    });
}

async function removeFromState(program: Program, records: readonly KnownRecord[]): Promise<void> {
  const result = await program.run(["state", "rm", ...records.map(({ address }) => address)]);
  if (result.exitCode !== 0) throw programError(program, "state rm", result);
}
