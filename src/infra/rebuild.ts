import type { LoadOptions, Settings } from "../config/index.ts";
import { refusedError, WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import {
  deploy,
  hostsOf,
  planRestore,
  readJourney,
  readStatus,
  restoreBackup,
  setUpServer,
  standingOn,
} from "../release/index.ts";
import type { BackupResult } from "../release/index.ts";
import { formatAddress } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import type { LeftRecord } from "./dns.ts";
import { addressMeanwhile, lead } from "./lead.ts";
import type { LedAddress, LedRecord } from "./lead.ts";
import { writeNewServer } from "./write-servers.ts";

export interface RebuildOptions extends LoadOptions {
  /** The new server, as wherry.yaml would have it: `deploy@203.0.113.20`. */
  readonly to: string;
  /** Environment whose `infrastructure:` describes it. */
  readonly machines: string | undefined;
  /** Where visitors reach it, when that is not the host of `to`. */
  readonly address: string | undefined;
}

export interface RebuildPlan {
  readonly app: string;
  readonly environment: string;
  readonly from: string;
  readonly to: string;
  readonly repository: string;
  readonly steps: readonly string[];
}

export interface Rebuilt {
  readonly environment: string;
  readonly from: string;
  readonly to: string;
  readonly release: string;
  readonly copy: { readonly id: string; readonly at: string };
  readonly compared: BackupResult["servers"][number]["compared"];
  readonly addresses: readonly LedAddress[];
  readonly dns: readonly LedRecord[];
  /** DNS records that people have to change. */
  readonly records: readonly LeftRecord[];
  readonly written: readonly string[];
}

/**
 * What would be done to bring an environment whose server is gone to another one.
 * @throws WherryError where the server is still there, or there are no copies of its data
 */
export async function planRebuild(ctx: Context, options: RebuildOptions): Promise<RebuildPlan> {
  const { settings, source } = await readJourney(ctx, options);
  const { name: app, environment, backup } = settings;
  const from = formatAddress(source);
  if (backup === undefined)
    throw refusedError("no-backup", `${environment} has no copies of its data: backup: is not in ${settings.file}`, {
      hint: "write the new server into wherry.yaml, and deploy: it begins without data",
    });
  if (await answers(ctx, settings, from))
    throw refusedError("still-there", `${from} answers: a copy would lose what was written since`, {
      hint: "move with its data: leave --from-backup out; or switch the old server off first",
    });
  return {
    app,
    environment,
    from,
    to: options.to,
    repository: backup.repository,
    steps: [
      `make ${options.to} ready to be deployed to, where it is not`,
      "find the latest copy of the data",
      "deploy the commit that is checked out here",
      "put the copy in place of the empty data, and compare what was counted",
      "lead the hosts there, where their floating address or their DNS can be changed from here",
      "write the new server into wherry.yaml",
    ],
  };
}

async function answers(ctx: Context, place: Settings, server: string): Promise<boolean> {
  try {
    await standingOn(ctx, place, server);
    return true;
  } catch (error) {
    // Anything else than silence comes from something that is there.
    if (error instanceof WherryError && error.code === "unreachable") return false;
    throw error;
  }
}

/**
 * Brings an environment whose server is gone to another one: deployed from what is checked out here, with the latest copy of
 * its data. wherry.yaml is written last: until then the same call goes on.
 */
export async function rebuildServer(ctx: Context, options: RebuildOptions, report: Report): Promise<Rebuilt> {
  const { environment, from, to } = await planRebuild(ctx, options);
  await addressMeanwhile(ctx, options, { ...options, from, to }, report);
  const there = { ...options, environment, instead: to };
  await setUpServer(ctx, there, report);
  // Chosen before anything else makes a copy there.
  const { copy, at } = await planRestore(ctx, { ...there, copy: "latest", service: undefined });
  const begun = (await readStatus(ctx, there)).live !== null;
  const deployed = await deploy(ctx, { ...there, dirty: false }, report);
  if (deployed.failure !== undefined) throw deployed.failure;
  // What an earlier call has brought there may have been written to meanwhile.
  const before = begun ? "copy" : "skip";
  const restored = await restoreBackup(ctx, { ...there, copy, service: undefined, before }, report);
  if (restored.failure !== undefined) throw restored.failure;
  const { settings, address } = await readJourney(ctx, options);
  const hosts = hostsOf(Object.values(settings.services));
  const { addresses, dns, left } = await lead(ctx, options, { hosts, from, to, address }, report);
  return {
    environment,
    from,
    to,
    release: deployed.release.id,
    copy: { id: copy, at },
    compared: restored.servers.flatMap(({ compared }) => compared),
    addresses,
    dns,
    records: left,
    written: await writeNewServer(ctx, options, { address: to, machines: options.machines }, report),
  };
}
