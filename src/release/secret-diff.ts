import { loadSettings } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import { refusedError } from "../core/index.ts";
import type { Secret } from "../core/index.ts";
import { findSecrets, wantedSecrets } from "../secrets/index.ts";
import type { Difference } from "../secrets/index.ts";
import { script, withConnection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { ask } from "./ask.ts";
import { secretVersion } from "./identity.ts";
import type { ReleaseId, ReleaseRecord } from "./record.ts";
import { parseState } from "./state.ts";

export interface LiveDifferences {
  readonly environment: string;
  /** Release that is live. */
  readonly with: ReleaseId;
  readonly secrets: readonly Difference[];
}

/**
 * The secrets here, measured against those that the live release was deployed with, by the keyed hashes in its record:
 * no value leaves the server. Secrets of things around the app (notifications, certificates) are in no record.
 */
export async function compareSecretsWithLive(ctx: Context, options: LoadOptions): Promise<LiveDifferences> {
  const settings = await loadSettings(ctx, options);
  const { app, environment, server } = settings;
  const state = await withConnection(ctx, server, async (connection) => {
    const steps = [{ id: "state", script: script("tell_state") }];
    return parseState(await ask(connection, { app, environment }, steps, { otherwise: "does not tell its state" }));
  });
  const record = state.records.find(({ id }) => id === state.live?.release);
  if (record === undefined || state.salt === undefined) {
    throw refusedError("nothing-live", `nothing is live in ${environment} to compare with`, {
      hint: `wherry deploy -e ${environment}, or compare with another environment: --with NAME`,
    });
  }
  const there = versionsOf(record);
  const wanted = await wantedSecrets(ctx, settings);
  const names = new Set([...there.keys(), ...wanted.flatMap(({ name, at }) => (at === undefined ? [] : [name]))]);
  const here = await findSecrets(
    ctx,
    settings,
    [...names].map((name) => ({ name, at: undefined })),
  );
  return { environment, with: record.id, secrets: differences(here, there, state.salt) };
}

/** Secrets that are files travel with the release, and are compared by git. */
function versionsOf({ secrets }: ReleaseRecord): ReadonlyMap<string, string> {
  return new Map(secrets.filter(({ name }) => !name.startsWith("file:")).map(({ name, version }) => [name, version]));
}

/** Sorted by name. */
export function differences(
  here: ReadonlyMap<string, Secret>,
  there: ReadonlyMap<string, string>,
  salt: string,
): readonly Difference[] {
  return [...new Set([...here.keys(), ...there.keys()])].toSorted().map((name): Difference => {
    const mine = here.get(name);
    const live = there.get(name);
    if (mine === undefined) return { name, state: "only-there" };
    if (live === undefined) return { name, state: "only-here" };
    return { name, state: secretVersion(salt, mine.reveal()) === live ? "same" : "different" };
  });
}
