import { randomBytes } from "node:crypto";
import { providerTokens } from "../config/index.ts";
import type { EnvironmentSettings } from "../config/index.ts";
import { nearest, Secret, usageError } from "../core/index.ts";
import type { WherryError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { readValues } from "./read.ts";
import { openSources } from "./sources/open.ts";
import type { OpenSource } from "./sources/open.ts";
import { checkedValue } from "./value.ts";

/** What was done to secrets; never with their values. */
export interface SecretChange {
  readonly environment: string;
  readonly names: readonly string[];
  /** Title of the source that was changed. */
  readonly source: string;
  /** What the user should know of it. */
  readonly notes: readonly string[];
}

/**
 * Keeps values in the first source that can be written, or in the one of the kind `to`.
 * @throws WherryError where the source cannot take them
 */
export async function setSecrets(
  ctx: Context,
  settings: EnvironmentSettings,
  values: ReadonlyMap<string, Secret>,
  to?: string,
): Promise<SecretChange> {
  for (const value of values.values()) ctx.mask.add(value);
  const sources = openSources(ctx, settings);
  const target = targetOf(sources, to);
  const { notes } = await target.write(values);
  const names = [...values.keys()];
  return {
    environment: settings.environment,
    names,
    source: target.title,
    notes: [...notes, ...(await hiddenBy(sources, target, names)), ...unused(settings, names)],
  };
}

/** The value, from where a deployment would take it. */
export async function getSecret(ctx: Context, settings: EnvironmentSettings, name: string): Promise<Secret> {
  const value = (await readValues(ctx, settings, [name])).get(name);
  if (value !== undefined) return value;
  for (const source of openSources(ctx, settings)) {
    if (
      source.writeOnly !== undefined &&
      (await source.names([name]).catch((): readonly string[] => [])).includes(name)
    )
      throw writeOnlyError(name, source.title, source.writeOnly);
  }
  throw await unknownName(ctx, settings, name);
}

/** Takes it out of every source that can be written and has it. */
export async function removeSecret(ctx: Context, settings: EnvironmentSettings, name: string): Promise<SecretChange> {
  const sources = openSources(ctx, settings);
  const having: OpenSource[] = [];
  for (const source of sources) if ((await source.names([name])).includes(name)) having.push(source);
  if (having.length === 0) throw await unknownName(ctx, settings, name);
  const writable = having.filter(({ readOnly }) => readOnly === undefined);
  const fixed = having.find(({ readOnly }) => readOnly !== undefined);
  if (writable.length === 0 && fixed !== undefined) {
    throw usageError("read-only-source", `${name} comes from ${fixed.title} alone: ${fixed.readOnly}`);
  }
  for (const source of writable) await source.remove([name]);
  return {
    environment: settings.environment,
    names: [name],
    source: writable.map(({ title }) => title).join(", "),
    notes: [
      ...(fixed === undefined ? [] : [`${fixed.title} still has it: ${fixed.readOnly}`]),
      ...(settings.secrets.some((secret) => secret.name === name)
        ? [`wherry.yaml still asks for ${name}: take it out of secrets: there, or nothing can be deployed`]
        : []),
    ],
  };
}

/** A new value for a secret that there is, where it is kept: the given one, or a random one of `bytes` bytes. */
export async function rotateSecret(
  ctx: Context,
  settings: EnvironmentSettings,
  name: string,
  given: Secret | { readonly bytes: number },
): Promise<SecretChange> {
  const sources = openSources(ctx, settings);
  let holder: OpenSource | undefined;
  for (const source of sources) {
    if (!(await source.names([name])).includes(name)) continue;
    holder = source;
    break;
  }
  if (holder === undefined) throw await unknownName(ctx, settings, name);
  if (holder.readOnly !== undefined) {
    throw usageError("read-only-source", `${name} comes from ${holder.title}: ${holder.readOnly}`, {
      hint: "change it where it is set",
    });
  }
  const value = given instanceof Secret ? given : randomValue(given.bytes);
  ctx.mask.add(value);
  // Where the old one cannot be read, it cannot be compared either; that is no reason to keep it.
  const before = await holder.read([name]).catch(() => undefined);
  if (before?.get(name)?.reveal() === value.reveal()) {
    throw usageError("same-value", `this is the value that ${name} has already`, { hint: "give it a new one" });
  }
  const { notes } = await holder.write(new Map([[name, checkedValue(name, value.reveal())]]));
  return {
    environment: settings.environment,
    names: [name],
    source: holder.title,
    notes: [
      ...notes,
      `what runs still has the old value until wherry deploy -e ${settings.environment}`,
      "a database or service that checks it must be told the new one as well; the old one is to be revoked there once the deployment has succeeded",
    ],
  };
}

/** A change of values that can be taken back, and that a killed process leaves so that the next one sees how far it came. */
export interface StagedChange {
  /** Title of the source that has them. */
  readonly source: string;
  /** Values before the change, by name. */
  readonly before: ReadonlyMap<string, Secret>;
  /** Values after it, where they are written already: an earlier change was not ended. */
  readonly after: ReadonlyMap<string, Secret> | undefined;
  /** Writes the new values, and the old ones beside them. */
  stage(values: ReadonlyMap<string, Secret>): Promise<void>;
  /** Puts the old values back. */
  undo(): Promise<void>;
  /** Forgets the old values. */
  end(): Promise<void>;
}

/** Where the old value of a secret stays until nothing needs it any more: in the same source, under this name. */
function previousName(name: string): string {
  return `${name}_PREVIOUS`;
}

/**
 * Opens the values of these secrets, all of one source, for a change.
 * @throws WherryError where the source has not all of them, or cannot be written
 */
export async function openChange(
  ctx: Context,
  settings: EnvironmentSettings,
  names: readonly string[],
): Promise<StagedChange> {
  const [first = ""] = names;
  const sources = openSources(ctx, settings);
  let holder: OpenSource | undefined;
  for (const source of sources) {
    if (!(await source.names(names)).includes(first)) continue;
    holder = source;
    break;
  }
  if (holder === undefined) throw await unknownName(ctx, settings, first);
  if (holder.readOnly !== undefined) {
    throw usageError("read-only-source", `${first} comes from ${holder.title}: ${holder.readOnly}`, {
      hint: "change it where it is set",
    });
  }
  if (holder.writeOnly !== undefined) throw writeOnlyError(first, holder.title, holder.writeOnly);
  const source = holder;
  const kept = names.map(previousName);
  const found = await source.read([...names, ...kept]);
  for (const value of found.values()) ctx.mask.add(value);
  const now = new Map(names.flatMap((name) => pair(name, found.get(name))));
  const missing = names.find((name) => !now.has(name));
  if (missing !== undefined)
    throw usageError("unknown-secret", `${source.title} has no ${missing}, which is changed together with ${first}`);
  const old = new Map(names.flatMap((name) => pair(name, found.get(previousName(name)))));
  // Sources without a change of several values at once are written one by one: only all of them are a change.
  const begun = old.size === names.length && old.get(first)?.reveal() !== now.get(first)?.reveal();
  const before = begun ? old : now;
  return {
    source: source.title,
    before,
    after: begun ? now : undefined,
    async stage(values) {
      const previous = [...before].map(([name, value]) => [previousName(name), value] as const);
      await source.write(new Map([...previous, ...values]));
    },
    async undo() {
      await source.write(before);
      await source.remove(kept);
    },
    end: () => source.remove(kept),
  };
}

function writeOnlyError(name: string, title: string, reason: string): WherryError {
  return usageError("write-only-source", `${name} is in ${title} alone: ${reason}`, {
    hint: `keep a value of your own beside it: wherry secrets set ${name} --to SOURCE, with another source of secrets_from`,
  });
}

function pair(name: string, value: Secret | undefined): readonly (readonly [string, Secret])[] {
  return value === undefined ? [] : [[name, value]];
}

/** A random value in letters, digits, - and _. */
export function randomValue(bytes: number): Secret {
  return new Secret(randomBytes(bytes).toString("base64url"));
}

/** Encrypts everything for those who may read it by now. */
export async function shareSecrets(ctx: Context, settings: EnvironmentSettings): Promise<SecretChange> {
  const sources = openSources(ctx, settings);
  const source = sources.find(({ share }) => share !== undefined);
  if (source?.share === undefined) {
    throw usageError(
      "nothing-to-share",
      `${settings.environment} has no source of secrets with recipients of its own`,
      {
        hint: "an age file has: see secrets_from in wherry.yaml",
      },
    );
  }
  const { notes } = await source.share();
  return { environment: settings.environment, names: [...(await source.names([]))], source: source.title, notes };
}

function targetOf(sources: readonly OpenSource[], to: string | undefined): OpenSource {
  const kinds = sources.map(({ kind }) => kind);
  if (to === undefined) {
    const target = sources.find(({ readOnly }) => readOnly === undefined);
    if (target !== undefined) return target;
    throw usageError("read-only-source", `no source of secrets can be written: ${kinds.join(", ")}`, {
      hint: "add one to secrets_from in wherry.yaml: file, age, ...",
    });
  }
  const target = sources.find(({ kind }) => kind === to);
  if (target === undefined) {
    throw usageError("unknown-source", `secrets_from has no ${to}; it has ${kinds.join(", ")}`, {
      hint: `did you mean --to ${nearest(to, kinds) ?? kinds.at(-1)}?`,
    });
  }
  if (target.readOnly === undefined) return target;
  throw usageError("read-only-source", `${target.title}: ${target.readOnly}`);
}

/** A source that is asked before the one that was written wins. */
async function hiddenBy(
  sources: readonly OpenSource[],
  target: OpenSource,
  names: readonly string[],
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const source of sources.slice(0, sources.indexOf(target))) {
    const hidden = (await source.names(names)).filter((name) => names.includes(name));
    if (hidden.length > 0) notes.push(`${source.title} has ${hidden.join(", ")} too, and is asked first`);
  }
  return notes;
}

function unused(settings: EnvironmentSettings, names: readonly string[]): readonly string[] {
  // No deployment uses the tokens of providers: wherry infra does.
  const tokens: readonly string[] = Object.values(providerTokens);
  const wanted = new Set([...settings.secrets.map(({ name }) => name), ...tokens]);
  const lacking = names.filter((name) => !wanted.has(name));
  if (lacking.length === 0) return [];
  return [
    `a deployment uses only what wherry.yaml lists under secrets:, or the compose file names; not listed: ${lacking.join(", ")}`,
  ];
}

async function unknownName(ctx: Context, settings: EnvironmentSettings, name: string): Promise<Error> {
  const known: string[] = [];
  for (const source of openSources(ctx, settings)) known.push(...(await source.names([name]).catch(() => [])));
  const near = nearest(name, known);
  return usageError("unknown-secret", `no source of ${settings.environment} has a secret ${name}`, {
    hint: near === undefined ? `wherry secrets list -e ${settings.environment}` : `did you mean ${near}?`,
  });
}
