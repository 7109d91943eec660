import { join } from "node:path";
import { refusedError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { adoptionFile } from "./adopt.ts";
import { changesOf, lateVolumes, nameOf, PlanDocument, thingsOf } from "./changes.ts";
import type { MachineChange } from "./changes.ts";
import { block, comment, renderHcl, set } from "./hcl.ts";
import { priceParts, total } from "./prices.ts";
import type { NamedThing, PricePart, Total } from "./prices.ts";
import { initialize, openProgram, programError, registries } from "./program.ts";
import type { Program } from "./program.ts";
import type { Orphan, Resources } from "./provider.ts";
import type { Access, WantedMachines } from "./session.ts";
import { readState } from "./state.ts";
import type { KnownState } from "./state.ts";

/** A plan of OpenTofu that can be carried out exactly as it was told. */
export interface PreparedPlan {
  readonly program: Program;
  readonly changes: readonly MachineChange[];
  /** Servers that would get a volume too late; see `lateVolumes`. */
  readonly lateVolumes: readonly string[];
  readonly price: PlannedPrice;
  /** Before the plan. */
  readonly state: KnownState;
  /** Where OpenTofu keeps the plan, for as long as it is in use. */
  readonly file: string;
}

export interface PlannedPrice {
  readonly currency: string;
  /** Percent; null: the provider does not say. */
  readonly vat: number | null;
  /** Whose list it is, and when it was asked for. */
  readonly source: string;
  readonly asOf: string;
  readonly parts: readonly PricePart[];
  readonly before: Total;
  readonly after: Total;
}

export interface PrepareOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** Plan the end of everything, or of everything but volumes. */
  readonly destroy?: "everything" | "all-but-data";
  /** Addresses that are taken out of the state before such a plan is carried out: what it says of them will not happen. */
  readonly leave?: readonly string[];
  readonly report: Report;
}

/** What is put into the folder for the time of one command; git ignores it. */
const passing = { override: "wherry_override.tf", adopt: "wherry_adopt.tf" } as const;

/** What the files protect from whoever runs tofu by hand. Here, the command asks before it does anything. */
const guarded = ({ server, volume }: Resources): readonly (readonly [string, string])[] => [
  [server, "app"],
  [volume, "data"],
];

/** Takes the protection away for the next plan, from what the team's files still have. */
async function unprotect(ctx: Context, folder: string, { provider }: Program): Promise<void> {
  const written = await writtenResources(ctx, folder);
  const blocks = guarded(provider.resources)
    .filter((labels) => written.has(labels.join(".")))
    .map((labels) => block("resource", labels, block("lifecycle", [], set("prevent_destroy", false))));
  const head = comment("Made by wherry for one command, which asks before anything is lost.");
  await ctx.files.write(join(folder, passing.override), renderHcl([head, ...blocks]));
}

/** `hcloud_server.app`: what the team's files have, also where somebody has edited them. */
async function writtenResources(ctx: Context, folder: string): Promise<ReadonlySet<string>> {
  const names = (await ctx.files.list(folder)).filter((name) => name.endsWith(".tf"));
  const texts = await Promise.all(names.map((name) => ctx.files.readText(join(folder, name))));
  const found = texts.flatMap((text) => [...(text ?? "").matchAll(/^\s*resource\s+"(\w+)"\s+"(\w+)"/gm)]);
  return new Set(found.map(([, type, name]) => `${type}.${name}`));
}

/**
 * Makes a plan, and lets `use` look at it and carry it out. Nothing at the provider is changed by planning.
 * @throws WherryError for what the program or the provider says no to
 */
export async function withPlan<T>(
  ctx: Context,
  machines: WantedMachines,
  access: Access,
  options: PrepareOptions,
  use: (plan: PreparedPlan) => Promise<T>,
): Promise<T> {
  const { folder, provider } = machines;
  await requireFiles(ctx, machines);
  const { token, cloud } = access;
  const program = await openProgram(ctx, { ...machines, token, variables: options.variables ?? {} });
  const prices = await cloud.prices();
  return ctx.files.withTemporaryFolder(async (temporary) => {
    const file = join(temporary, "plan");
    try {
      await tidy(ctx, folder);
      // Asks the registry, and so takes a while; what is there already was checked against the lock file. Each program has
      // its own registry: what the other one has fetched is of no use to it.
      const fetched = join(folder, ".terraform", "providers", registries[program.name]);
      if ((await ctx.files.stat(fetched)) === undefined) await initialize(program);
      let state = await readState(program);
      const findThem = (): Promise<readonly Orphan[]> => findOrphans(ctx, machines, access, state, options.report);
      if (options.destroy === undefined) {
        await keepUnfinished(program, state, options.report);
        const orphans = await findThem();
        if (orphans.length > 0) await ctx.files.write(join(folder, passing.adopt), adoptionFile(orphans));
      } else {
        await takeIn(program, await findThem(), options.report);
        state = await readState(program);
        await unprotect(ctx, folder, program);
      }
      const document = await plan(ctx, { program, file, folder, state }, options);
      const { before, after } = thingsOf(document, provider.resources);
      // A plan with targets has nothing else in it.
      const kept = options.destroy === "all-but-data" ? volumesOf(state, provider.resources) : [];
      const price = {
        currency: prices.currency,
        vat: prices.vat,
        source: provider.title,
        asOf: ctx.clock.now().toISOString(),
        parts: priceParts(prices, [...before, ...kept], [...after, ...kept]),
        before: total(prices, [...before, ...kept]),
        after: total(prices, [...after, ...kept]),
      };
      return await use({
        program,
        changes: changesOf(document, state.resources, provider.resources).filter(
          ({ address }) => options.leave?.includes(address) !== true,
        ),
        lateVolumes: lateVolumes(document, provider.resources),
        price,
        state,
        file,
      });
    } finally {
      await tidy(ctx, folder);
    }
  });
}

/** @throws WherryError `no-files` where `infra init` has not written any */
export async function requireFiles(ctx: Context, { folder, shownFolder, environment }: WantedMachines): Promise<void> {
  if ((await ctx.files.stat(join(folder, "versions.tf"))) !== undefined) return;
  throw refusedError("no-files", `there are no files in ${shownFolder}`, {
    hint: `wherry infra init -e ${environment}`,
  });
}

/** A killed command may have left them. */
async function tidy(ctx: Context, folder: string): Promise<void> {
  for (const name of Object.values(passing)) await ctx.files.remove(join(folder, name));
}

interface Planning {
  readonly program: Program;
  readonly file: string;
  readonly folder: string;
  readonly state: KnownState;
}

async function plan(ctx: Context, on: Planning, options: PrepareOptions): Promise<PlanDocument> {
  const { program, file, folder } = on;
  const part = destroyArguments(on, options);
  if (part === undefined) return PlanDocument.parse({});
  const args = ["plan", "-input=false", "-no-color", `-out=${file}`, ...part];
  let result = await program.run(args, { report: options.report });
  if (result.exitCode !== 0 && /(tofu|terraform) init/.test(result.stdout + result.stderr)) {
    await initialize(program);
    result = await program.run(args, { report: options.report });
  }
  if (result.exitCode !== 0 && /prevent_destroy/.test(result.stdout + result.stderr)) {
    // So that it can be said what would be lost.
    await unprotect(ctx, folder, program);
    result = await program.run(args, { report: options.report });
  }
  if (result.exitCode !== 0) throw programError(program, "plan", result);
  const shown = await program.run(["show", "-json", "-no-color", file]);
  if (shown.exitCode !== 0) throw programError(program, "show", shown);
  return PlanDocument.parse(JSON.parse(shown.stdout));
}

function volumesOf({ resources }: KnownState, known: Resources): readonly NamedThing[] {
  return resources
    .filter(({ type }) => type === known.volume)
    .map(({ type, values }) => ({ type, values, what: nameOf(known, type, values, undefined) }));
}

/** Undefined: all that is left is to stay. Without a target, a plan would be one for everything. */
function destroyArguments({ state, program }: Planning, { destroy }: PrepareOptions): readonly string[] | undefined {
  if (destroy === undefined) return [];
  if (destroy === "everything") return ["-destroy"];
  const { volume } = program.provider.resources;
  const targets = state.resources.filter(({ type }) => type !== volume).map(({ address }) => `-target=${address}`);
  return targets.length === 0 ? undefined : ["-destroy", ...targets];
}

/**
 * An apply that ended while a server was being set up marks it as spoilt, and the next one would make it anew. The server
 * was ordered whole, so it is kept; what is missing around it is a change like any other.
 */
async function keepUnfinished(program: Program, { resources }: KnownState, report: Report): Promise<void> {
  const { server, volume } = program.provider.resources;
  for (const { address, type, tainted } of resources) {
    if (tainted !== true || (type !== server && type !== volume)) continue;
    const result = await program.run(["untaint", "-no-color", address]);
    if (result.exitCode !== 0) throw programError(program, "untaint", result);
    report({ type: "note", text: `${address} was made, and its set-up was interrupted: it is kept` });
  }
}

/** What is at the provider, has a place in the files, and is missing in the state. */
async function findOrphans(
  ctx: Context,
  { app, environment, infrastructure: { count, dns }, provider, folder }: WantedMachines,
  { cloud }: Access,
  { resources }: KnownState,
  report: Report,
): Promise<readonly Orphan[]> {
  const known = new Set(resources.map(({ address }) => address));
  const missing = (await cloud.owned({ app, environment }, dns)).filter(({ address }) => !known.has(address));
  const written = await writtenResources(ctx, folder);
  const orphans = missing.filter(
    (orphan) =>
      written.has(orphan.address.replace(/\[.*$/, "")) &&
      isWanted(orphan, provider.resources, `${app}-${environment}`, count),
  );
  for (const { address } of missing.filter((one) => !orphans.includes(one)))
    report({
      type: "note",
      text: `${address} is at ${provider.title} as of this environment, and the files do not want it`,
    });
  return orphans;
}

/** Into the state at once: a plan that removes everything reads no import blocks, and would leave these behind. */
async function takeIn(program: Program, orphans: readonly Orphan[], report: Report): Promise<void> {
  for (const { address, id } of orphans) {
    const result = await program.run(["import", "-input=false", "-no-color", address, id]);
    if (result.exitCode !== 0) throw programError(program, "import", result);
    report({ type: "note", text: `${address} was missing in the state: it was taken in` });
  }
}

/** Of things that come with servers, only those of servers that are wanted have a place in the files. */
function isWanted({ address }: Orphan, { kinds }: Resources, name: string, count: number): boolean {
  const [, type = "", key = ""] = /^(\w+)\.\w+\["(.+)"\]$/.exec(address) ?? [];
  if (kinds[type]?.each !== true) return true;
  const number = key.startsWith(`${name}-`) ? Number(key.slice(name.length + 1)) : Number.NaN;
  return number >= 1 && number <= count;
}
