import { loadSettings, parseServer } from "../../config/index.ts";
import type { LoadOptions, ServerAddress, Settings } from "../../config/index.ts";
import { refusedError } from "../../core/index.ts";
import type { Report } from "../../core/index.ts";
import { script } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import type { Context } from "../../system/index.ts";
import { ask } from "../ask.ts";
import { reportOf, withConnections } from "../fleet.ts";
import { newDeploymentId } from "../identity.ts";
import { authorOf } from "../ledger-line.ts";
import { takeLock } from "../lock.ts";
import { assignSubnets } from "../networks.ts";
import { setProxy } from "../plan-parts.ts";
import { belongingsOf, removeFrom } from "../remove.ts";
import type { Removal } from "../remove.ts";
import { survey } from "../survey.ts";
import type { MoveMark } from "./marks.ts";
import { hostsOf, pair } from "./plan.ts";
import backScript from "./scripts/back.sh?raw";
import confirmed from "./scripts/confirmed.sh?raw";
import leaveAgain from "./scripts/leave-again.sh?raw";
import pageOn from "./scripts/page-on.sh?raw";
import { must, note, page } from "./steps.ts";

/** A move that nobody has confirmed yet, seen from the server that serves. */
interface Unconfirmed {
  readonly settings: Settings;
  /** Where it serves now, and where it was before. */
  readonly here: Connection;
  readonly before: Connection;
  /** An earlier call has taken it back already, in so far as the servers go. */
  readonly isBack: boolean;
}

/** What of the move would be removed from the server that was left. */
export async function planConfirmation(ctx: Context, options: LoadOptions): Promise<Removal> {
  return withUnconfirmed(ctx, options, ({ before, settings }) => belongingsOf(before, settings));
}

/** The move was right: the environment is removed from the server that was left, its volumes only where that is said. */
export async function confirmMove(
  ctx: Context,
  options: LoadOptions & { readonly volumes: "keep" | "remove" },
  report: Report,
): Promise<Removal> {
  return withUnconfirmed(ctx, options, async ({ here, before, settings }) => {
    const removal = await removeFrom(ctx, before, settings, options, reportOf(report, before, 2));
    await ask(here, settings, [{ id: "confirmed", script: script(confirmed) }], {
      otherwise: "does not forget the move",
    });
    return removal;
  });
}

/** What taking a move back came to. */
export interface MovedBack {
  readonly environment: string;
  readonly from: string;
  readonly to: string;
  readonly release: string;
  /** That visitors come to. */
  readonly hosts: readonly string[];
}

/**
 * Takes a move back: the server that was left serves again, with the data that it had then. What was written since stays on
 * the other one, which stops. Killed in between, the same call goes on, until wherry.yaml says otherwise.
 */
export async function moveBack(ctx: Context, options: LoadOptions, report: Report): Promise<MovedBack> {
  return withUnconfirmed(ctx, { ...options, goOn: "back" }, async (unconfirmed) => {
    const { settings, here, before, isBack } = unconfirmed;
    const { app, environment } = settings;
    const scope = { app, environment, deployment: newDeploymentId() };
    const who = await authorOf(ctx, settings.directory);
    const since = ctx.clock.now().toISOString();
    const holder = { who: who.name, from: who.from, since, what: "infra move --back" };
    const [lockHere, lockBefore] = [await takeLock(here, scope, holder), await takeLock(before, scope, holder)];
    try {
      const { state } = lockBefore;
      const record = state.records.find(({ id }) => id === state.live?.release);
      const slot = state.live?.slot;
      if (record === undefined || slot === undefined) {
        throw refusedError("nothing-live", `${before.name} no longer has the release that it served`, {
          hint: "write that server into wherry.yaml, and deploy",
        });
      }
      const hosts = hostsOf(record.services);
      const result = { environment, from: here.name, to: before.name, release: record.id, hosts };
      if (isBack) return result;
      const mark: MoveMark = {
        from: here.name,
        to: before.name,
        at: since,
        who: who.name,
        release: record.id,
        back: true,
      };
      const leaving = note("show a page, and stop", leaveAgain, [JSON.stringify(mark), page]);
      await must(ctx, here, scope, [leaving], reportOf(report, here, 2));
      const subnets = assignSubnets(record, state);
      const own = setProxy({ release: record, previous: undefined, slot, subnets, state, strategy: settings.strategy });
      const serving = [
        note("show a page", pageOn, [page]),
        // Not marked healthy: its containers are only about to start.
        own.step === "set-proxy" ? { ...own, healthy: [] } : own,
        note("serve again", backScript, [JSON.stringify(mark)]),
      ];
      await must(ctx, before, scope, serving, reportOf(report, before, 2));
      return result;
    } finally {
      await lockBefore.release();
      await lockHere.release();
    }
  });
}

/** @param options.goOn said by who takes moves back: one that is being taken back counts, too */
async function withUnconfirmed<T>(
  ctx: Context,
  options: LoadOptions & { readonly goOn?: "back" },
  use: (unconfirmed: Unconfirmed) => Promise<T>,
): Promise<T> {
  const settings = await loadSettings(ctx, options);
  const left = await withConnections(ctx, [settings.server], async ([here]) => {
    if (here === undefined) throw new Error("an environment has a server");
    const { state } = await survey(here, settings);
    const { movedFrom, moved } = state.marks;
    if (movedFrom !== undefined) return { address: addressOf(movedFrom.from), begun: false };
    if (options.goOn === "back" && moved?.back === true) return { address: addressOf(moved.to), begun: true };
    throw refusedError(
      "no-move",
      moved === undefined
        ? `${settings.environment} did not move to ${here.name}, or that is confirmed already`
        : `${settings.environment} moved from ${here.name} to ${moved.to}`,
      {
        hint:
          moved === undefined ? "wherry infra move --to ADDRESS" : `write server: ${moved.to} into wherry.yaml first`,
      },
    );
  });
  return withConnections(ctx, [settings.server, left.address], async (connections) => {
    const [here, before] = pair(connections);
    const { moved, movedFrom } = (await survey(before, settings)).state.marks;
    const isBack = left.begun && moved === undefined && movedFrom?.from === here.name;
    if (moved?.to !== here.name && !isBack) {
      throw refusedError("no-move", `${before.name} does not know that ${settings.environment} moved from there`, {
        hint: `look at it: ssh ${before.name}`,
      });
    }
    return use({ settings, here, before, isBack });
  });
}

function addressOf(text: string): ServerAddress {
  const address = parseServer(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}
