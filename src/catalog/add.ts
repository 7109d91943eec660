import { dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isMapping } from "../config/index.ts";
import { invalidError, usageError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { apply, compare } from "../writer/index.ts";
import type { Change, WantedFile } from "../writer/index.ts";
import { choose, networkVariable } from "./choose.ts";
import type { Chosen, Wish } from "./choose.ts";
import { placeOf, readUserFiles, sectionOf, withParts } from "./compose-file.ts";
import type { UserFile, UserFiles } from "./compose-file.ts";
import { costsOf } from "./costs.ts";
import type { Costs } from "./costs.ts";
import { withVariables } from "./env-example.ts";
import type { Variable } from "./env-example.ts";
import { inWords, renderEntry, variablePrefix } from "./render.ts";
import type { Choice, Part } from "./render.ts";
import { cardanoNetworks, figureFor } from "./schema.ts";
import type { CardanoNetwork, Entry } from "./schema.ts";
import { valueIn, withSaid } from "./wherry-file.ts";

export interface AddOptions extends Wish {
  readonly directory: string | undefined;
}

/** What adding an entry comes to, before anything is written. */
export interface Addition {
  /** Absolute; the paths of the changes are relative to it. */
  readonly folder: string;
  readonly entries: readonly {
    readonly name: string;
    readonly service: string;
    readonly title: string;
    /** How other services reach it. */
    readonly connect: string | null;
  }[];
  /** Services that the compose file gets; empty where all of them are there already. */
  readonly services: readonly string[];
  readonly changes: readonly Change[];
  readonly secrets: readonly { readonly name: string; readonly what: string; readonly generate: string }[];
  readonly values: readonly Variable[];
  readonly costs: readonly Costs[];
  /** What is to be known or done, in the order in which it should be read. */
  readonly notes: readonly string[];
}

/**
 * Works out which files change how, so that the services of an entry and of those that it needs are in the compose file.
 * Writes nothing. What is there already as it would be written is no change.
 * @throws WherryError `name-taken`, with the place, where another service, volume, secret or config has a name that is needed
 */
export async function planAddition(ctx: Context, { directory, ...wish }: AddOptions): Promise<Addition> {
  checkName(wish.name);
  const folder = await folderOf(ctx, resolve(ctx.cwd, directory ?? "."));
  const files = await readUserFiles(ctx, folder);
  const chosen = choose(files.compose, wish, knownNetwork(files.wherry));
  const parts = chosen.flatMap(({ entry, choice }) => renderEntry(entry, choice));
  const missing = parts.filter((part) => !isThere(files.compose, part, wish.entry));
  const secrets = chosen.flatMap(({ entry, choice }) =>
    entry.secrets.map(({ variable, ...rest }) => ({ name: inWords(entry, choice, variable), ...rest })),
  );
  const values = valuesOf(chosen);
  const inPlace = chosen.filter(({ entry }) => entry.inPlace).map(({ choice }) => choice.name);
  const changes = await compare(
    ctx,
    folder,
    wantedFiles(files, missing, { secrets, values, inPlace }, await readExample(ctx, folder, files)),
  );
  return {
    folder,
    entries: chosen.map(({ entry, choice }) => ({
      name: entry.name,
      service: choice.name,
      title: entry.title,
      connect: entry.connect === undefined ? null : inWords(entry, choice, entry.connect),
    })),
    services: missing.filter(({ section }) => section === "services").map(({ key }) => key),
    changes: changes.filter(({ kind }) => kind !== "same"),
    secrets,
    values,
    costs: chosen.map(({ entry, choice }) => costsOf(entry, choice)),
    notes: notesOf(files, chosen, ctx.clock.now()),
  };
}

/** Writes what the plan says; gives the paths. */
export function applyAddition(ctx: Context, { folder, changes }: Addition): Promise<readonly string[]> {
  return apply(ctx, folder, changes);
}

function checkName(name: string | undefined): void {
  if (name === undefined || /^[a-z][a-z0-9-]{0,40}$/.test(name)) return;
  throw usageError(
    "invalid-name",
    `--name ${JSON.stringify(name)}: a service's name has lower-case letters, digits and dashes`,
    {
      hint: "names of secrets, volumes and variables are made from it",
    },
  );
}

/** The folder of wherry.yaml, here or above in the same repository; this one where there is none. */
async function folderOf(ctx: Context, start: string): Promise<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    if ((await ctx.files.stat(join(folder, "wherry.yaml"))) !== undefined) return folder;
    const top = (await ctx.files.stat(join(folder, ".git"))) !== undefined || dirname(folder) === folder;
    if (top) return start;
  }
}

function knownNetwork(wherry: UserFile | undefined): CardanoNetwork | undefined {
  const value = valueIn(wherry, networkVariable);
  return cardanoNetworks.find((network) => network === value);
}

function isThere(files: readonly UserFile[], part: Part, entry: string): boolean {
  const section = sectionOf(files, part.section);
  if (!Object.hasOwn(section, part.key)) return false;
  const there = section[part.key] ?? null;
  if (isDeepStrictEqual(there, part.value ?? null)) return true;
  const at = placeOf(files, [part.section, part.key]);
  const what = part.section.slice(0, -1);
  const edited =
    part.section === "services" && isMapping(there) && isMapping(part.value) && there["image"] === part.value["image"];
  throw invalidError(
    "name-taken",
    edited
      ? `the service ${part.key} is there already, with the same image and other settings: it stays as it is`
      : `the compose file has a ${what} ${part.key} already, which is another one`,
    {
      ...(at === undefined ? {} : { at }),
      hint: `for a second one beside it: wherry catalog add ${entry} --name ANOTHER-NAME`,
    },
  );
}

function valuesOf(chosen: readonly Chosen[]): readonly Variable[] {
  const network = chosen.find(({ choice }) => choice.network !== undefined)?.choice.network;
  const shared: readonly Variable[] =
    network === undefined
      ? []
      : [
          {
            name: networkVariable,
            value: network,
            what: "network of all Cardano services: mainnet, preprod or preview",
          },
        ];
  const own = chosen.flatMap(({ entry, choice }) =>
    entry.values.map(({ variable, value, what }) => ({ name: inWords(entry, choice, variable), value, what })),
  );
  return [...shared, ...own];
}

/** Where docker compose looks for `.env`: beside the first compose file. */
const examplePath = ({ compose: [first] }: UserFiles): string => join(dirname(first.path), ".env.example");

function readExample(ctx: Context, folder: string, files: UserFiles): Promise<string | undefined> {
  return ctx.files.readText(join(folder, examplePath(files)));
}

function wantedFiles(
  files: UserFiles,
  missing: readonly Part[],
  { secrets, values, inPlace }: Pick<Addition, "secrets" | "values"> & { readonly inPlace: readonly string[] },
  example: string | undefined,
): readonly WantedFile[] {
  const { compose, wherry } = files;
  const [first] = compose;
  const said = {
    secrets: secrets.map(({ name }) => name),
    values: new Map(values.map(({ name, value }) => [name, value])),
    inPlace,
  };
  const variables = [
    ...values,
    ...secrets.map(({ name, what, generate }) => ({ name, value: "", what: `${what}: ${generate}` })),
  ];
  const wanted: WantedFile[] = [{ path: first.path, content: withParts(first, missing), from: "current" }];
  if (wherry !== undefined) {
    wanted.push({ path: wherry.path, content: withSaid(wherry, said), from: "current" });
  }
  if (variables.length > 0) {
    wanted.push({ path: examplePath(files), content: withVariables(example ?? "", variables), from: "current" });
  }
  return wanted;
}

function notesOf({ wherry }: UserFiles, chosen: readonly Chosen[], now: Date): readonly string[] {
  const notes = chosen.flatMap(({ entry, choice }) => {
    const said = entry.notes.map((note) => `${choice.name}: ${inWords(entry, choice, note)}`);
    const old = now.toISOString().slice(0, 10) > entry.review;
    const review = `${choice.name}: version ${entry.version.value} was to be looked at again by ${entry.review}: see what is newer`;
    const route =
      entry.route === undefined
        ? []
        : [`${choice.name} is reached by visitors once wherry.yaml has services: { ${choice.name}: ${entry.route} }`];
    return [...(old ? [review] : []), ...route, ...limitsElsewhere(entry, choice), ...said];
  });
  const without = "there is no wherry.yaml here, so secrets and values are in .env.example alone";
  return wherry === undefined ? [...notes, without] : notes;
}

/** A limit that is right on one network is wrong on another: what an environment on another one has to say. */
function limitsElsewhere(entry: Entry, { name, network }: Choice): readonly string[] {
  if (network === undefined) return [];
  const others = cardanoNetworks.filter((other) => other !== network);
  return others.flatMap((other) => {
    const values = Object.entries(entry.memory).flatMap(([which, figures]) => {
      const limit = figureFor(figures, other).value;
      if (limit === figureFor(figures, network).value) return [];
      const service = which === "main" ? name : `${name}-${which}`;
      return [`${variablePrefix(service)}_MEMORY: ${limit}`];
    });
    return values.length === 0
      ? []
      : [`${name}: an environment on ${other} also needs values: { ${values.join(", ")} }`];
  });
}
