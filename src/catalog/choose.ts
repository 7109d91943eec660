import { isMapping } from "../config/index.ts";
import { invalidError, nearest, usageError } from "../core/index.ts";
import { placeOf, sectionOf } from "./compose-file.ts";
import type { UserFile } from "./compose-file.ts";
import { everythingNeededBy } from "./describe.ts";
import { allEntries, entryNamed, isKnown } from "./entries.ts";
import type { Choice } from "./render.ts";
import { cardanoNetworks } from "./schema.ts";
import type { CardanoNetwork, Entry } from "./schema.ts";

export interface Wish {
  readonly entry: string;
  /** Name of the service; that of the entry where nothing is said. */
  readonly name?: string | undefined;
  readonly network?: CardanoNetwork | undefined;
  /** Options of the entry, and further entries. */
  readonly with: readonly string[];
  readonly join: readonly string[];
}

/** One entry that will be there in the end. */
export interface Chosen {
  readonly entry: Entry;
  readonly choice: Choice;
}

/** The one value that all services of the Cardano set take their network from. */
export const networkVariable = "CARDANO_NETWORK";

/**
 * What has to be added for a wish: its entry, what was asked for with it, and what these need and the compose files do not
 * have. An entry is there already where a service runs its image. Each comes after those that it needs.
 */
export function choose(files: readonly UserFile[], wish: Wish, known: CardanoNetwork | undefined): readonly Chosen[] {
  requireNetworks(files, wish.join);
  const main = entryNamed(wish.entry);
  const isEntry = (word: string): boolean => isKnown(word) && !Object.hasOwn(main.options, word);
  const all = withNeeds(files, [main, ...wish.with.filter(isEntry).map(entryNamed)]);
  const options = optionsByEntry(
    main,
    all,
    wish.with.filter((word) => !isEntry(word)),
  );
  const network = all.some((entry) => entry.network) ? chooseNetwork(main, wish.network, known) : undefined;
  if (network === undefined && wish.network !== undefined) {
    throw usageError("no-network", `${main.name} knows no Cardano network`, { hint: "leave --network out" });
  }
  const names = new Map(all.map((entry) => [entry.name, entry === main ? (wish.name ?? entry.name) : entry.name]));
  return all.map((entry) => ({
    entry,
    choice: {
      name: names.get(entry.name) ?? entry.name,
      network: entry.network ? network : undefined,
      options: options.get(entry.name) ?? new Set(),
      needed: new Map(
        everythingNeededBy(entry).map((need) => [
          need,
          names.get(need) ?? serviceRunning(files, entryNamed(need)) ?? need,
        ]),
      ),
      join: wish.join,
    },
  }));
}

function requireNetworks(files: readonly UserFile[], names: readonly string[]): void {
  const there = ["default", ...Object.keys(sectionOf(files, "networks"))];
  const missing = names.find((name) => !there.includes(name));
  if (missing === undefined) return;
  const near = nearest(missing, there);
  throw usageError("unknown-network", `--join ${missing}: the compose file has no network of this name`, {
    hint: near === undefined ? `its networks: ${there.join(", ")}` : `did you mean ${near}?`,
  });
}

/** An option is one of the entry that was asked for; else of the only one among those that come with it. */
function optionsByEntry(
  main: Entry,
  all: readonly Entry[],
  words: readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const word of words) {
    const having = all.filter((entry) => Object.hasOwn(entry.options, word));
    const [owner, ...others] = having.includes(main) ? [main] : having;
    if (owner === undefined) throw unknownWord(main, all, word);
    if (others.length > 0) {
      throw usageError(
        "which-entry",
        `--with ${word}: ${having.map(({ name }) => name).join(" and ")} have this option`,
        {
          hint: `add them one after the other: wherry catalog add ${owner.name} --with ${word}`,
        },
      );
    }
    found.set(owner.name, (found.get(owner.name) ?? new Set()).add(word));
  }
  return found;
}

function unknownWord(main: Entry, all: readonly Entry[], word: string): Error {
  const known = [...new Set(all.flatMap(({ options }) => Object.keys(options)))];
  const near = nearest(word, [...known, ...allEntries().map(({ name }) => name)]);
  const hint =
    near === undefined
      ? `options: ${known.join(", ") || "none"}; entries: wherry catalog list`
      : `did you mean ${near}?`;
  return usageError("unknown-option", `${main.name} has no option ${word}, and the catalogue no such entry`, { hint });
}

/** Needed ones first. What a service of the compose files runs already is not among them. */
function withNeeds(files: readonly UserFile[], wanted: readonly Entry[]): readonly Entry[] {
  const ordered = new Map<string, Entry>();
  const visit = (entry: Entry): void => {
    if (ordered.has(entry.name)) return;
    for (const need of entry.needs.map(entryNamed)) {
      if (wanted.some(({ name }) => name === need.name)) visit(need);
      else if (serviceRunning(files, need) === undefined) visit(need);
      else requireVolumes(files, need);
    }
    ordered.set(entry.name, entry);
  };
  for (const entry of wanted) visit(entry);
  return [...ordered.values()];
}

/** The service that runs the image of an entry; the one with the entry's own name where there are several. */
function serviceRunning(files: readonly UserFile[], entry: Entry): string | undefined {
  const services = Object.entries(sectionOf(files, "services"))
    .filter(([, service]) => isMapping(service) && repositoryOf(service["image"]) === entry.image)
    .map(([name]) => name);
  return services.includes(entry.name) ? entry.name : services[0];
}

/** `ghcr.io/x/y:1@sha256:...` is `ghcr.io/x/y`. */
function repositoryOf(image: unknown): string | undefined {
  return typeof image === "string" ? image.replace(/@.*$/, "").replace(/:[^/:]*$/, "") : undefined;
}

/** A node that somebody wrote by hand may keep its socket elsewhere: then nothing that is added here would find it. */
function requireVolumes(files: readonly UserFile[], entry: Entry): void {
  const service = serviceRunning(files, entry);
  const volumes = sectionOf(files, "volumes");
  const missing = entry.provides.map((end) => `${service}-${end}`).find((volume) => !Object.hasOwn(volumes, volume));
  if (service === undefined || missing === undefined) return;
  const at = placeOf(files, ["services", service]);
  throw invalidError(
    "not-ours",
    `${service} runs ${entry.image}, and there is no volume ${missing} through which others reach it`,
    {
      ...(at === undefined ? {} : { at }),
      hint: `put its socket into a volume of this name, at the path that wherry catalog show ${entry.name} tells`,
    },
  );
}

function chooseNetwork(
  entry: Entry,
  asked: CardanoNetwork | undefined,
  known: CardanoNetwork | undefined,
): CardanoNetwork {
  if (asked !== undefined && known !== undefined && asked !== known) {
    throw usageError(
      "other-network",
      `${networkVariable} is ${known} here: all services follow it, and --network says ${asked}`,
      {
        hint: `leave --network out, or change ${networkVariable} in wherry.yaml; an environment may have its own under values:`,
      },
    );
  }
  const network = asked ?? known;
  if (network !== undefined) return network;
  throw usageError("network-missing", `${entry.name}: which network?`, {
    hint: `--network ${cardanoNetworks.join(" | ")}; preprod is the one to begin with`,
  });
}
