import { join, relative } from "node:path";
import { infrastructureOf, loadMachines, parseServer } from "../config/index.ts";
import type { AppMachines } from "../config/index.ts";
import { refusedError, usageError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { compare, insertEntry } from "../writer/index.ts";
import type { Change, WantedFile } from "../writer/index.ts";
import { folderOf } from "./machines.ts";
import type { ForeignServer } from "./provider.ts";
import { providers } from "./providers.ts";
import { machineFiles } from "./render/files.ts";
import { readAccess } from "./session.ts";
import type { InfraOptions } from "./session.ts";

export interface ImportOptions extends InfraOptions {
  /** Names or numbers at the provider. */
  readonly servers: readonly string[];
}

export interface ImportProposal {
  readonly environment: string;
  readonly directory: string;
  readonly servers: readonly ForeignServer[];
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
}

/** Name of the file that makes the machines of an environment imported ones; see `isImported`. */
const importedName = "imported.tf";

/** Servers of this environment were there before Wherry: nobody greets them as new ones, and no files are made over them. */
export async function isImported(ctx: Context, folder: string): Promise<boolean> {
  return (await ctx.files.stat(join(folder, importedName))) !== undefined;
}

/**
 * The files that take servers into OpenTofu's care as they are: their names, networks, firewalls, keys and labels stay, and a
 * plan that would remove one is refused. Writes nothing, and changes nothing at the provider.
 */
export async function proposeImport(ctx: Context, options: ImportOptions): Promise<ImportProposal> {
  const machines = await loadMachines(ctx, options);
  const { app, environment, directory, file, infrastructure } = machines;
  if (typeof infrastructure === "string") {
    throw usageError("shared-machines", `${environment} uses the servers of ${infrastructure}`, {
      at: machines.at.infrastructure,
      hint: `say -e ${infrastructure}`,
    });
  }
  const folder = folderOf(environment);
  if ((await ctx.files.stat(join(directory, folder, "main.tf"))) !== undefined) {
    throw refusedError("files-there", `${folder} has files that make servers of their own`, {
      hint: "take the servers in under another environment",
    });
  }
  const provider = providers[infrastructure?.provider ?? "hetzner"];
  const { cloud } = await readAccess(ctx, { ...machines, provider });
  const { imported } = provider;
  const every = await cloud.everyServer?.();
  if (imported === undefined || every === undefined) {
    throw refusedError("no-import", `servers at ${provider.title} cannot be imported yet`, {
      hint: `wherry.yaml can name them all the same: server: under environments.${environment}`,
    });
  }
  const servers = chosen(every, options.servers, provider.title);
  const [first] = servers;
  if (first === undefined) {
    const free = every.filter(({ labels }) => labels["managed-by"] !== "wherry").map((server) => server.name);
    throw usageError("no-server", "wherry infra import: which servers? Say --name NAME", {
      hint:
        free.length === 0
          ? `the token's project at ${provider.title} has none but those that Wherry made`
          : `the token's project at ${provider.title} has ${free.join(", ")}`,
    });
  }
  const backups = servers.every((server) => server.backups);
  const wanted =
    infrastructure ??
    infrastructureOf({ size: first.type, location: first.location, count: servers.length, backups }, environment);
  const { size: _size, sshKeys: _keys, priceLimit: _limit, ...rest } = wanted;
  const name = `${app}-${environment}`;
  const { main, outputs } = imported(servers);
  const common = machineFiles(
    { ...rest, app, environment, name, serverType: first.type, location: first.location, keys: [] },
    provider,
  );
  const own = (path: string, content: string): WantedFile => ({ path: `${folder}/${path}`, content, comment: "#" });
  const files = [
    ...common.filter(({ path }) => path.endsWith("/versions.tf") || path.endsWith("/.gitignore")),
    own(importedName, main),
    own("outputs.tf", outputs),
  ];
  const text = (await ctx.files.readText(file)) ?? "";
  const entry = `infrastructure: { size: ${first.type}, location: ${first.location}, count: ${servers.length}, backups: ${backups} }\n`;
  const edited = infrastructure === undefined ? insertEntry(text, ["environments", environment], entry) : undefined;
  const path = relative(directory, file);
  const changes = await compare(ctx, directory, [
    ...files,
    ...(edited === undefined ? [] : [{ path, content: edited, from: "current" as const }]),
  ]);
  return { environment, directory, servers, changes, notes: notesOn(machines, servers, edited, entry) };
}

/** `192.0.2.10` of `deploy@192.0.2.10:2222`; a name of ssh_config stands for whatever it leads to. */
function hostOf(written: string): string {
  const address = parseServer(written);
  return address?.kind === "ssh" ? address.host : written;
}

function notesOn(
  { infrastructure, environment, servers: written }: AppMachines,
  servers: readonly ForeignServer[],
  edited: string | undefined,
  entry: string,
): readonly string[] {
  const hosts = written.map(hostOf);
  const missing = servers.filter(({ ipv4 }) => ipv4 !== null && !hosts.includes(ipv4));
  return [
    ...(infrastructure === undefined && edited === undefined
      ? [`wherry.yaml is left as it is: write under environments.${environment}: ${entry.trim()}`]
      : []),
    ...(missing.length === 0
      ? []
      : [
          `server: of ${environment} in wherry.yaml does not have ${missing.map(({ name, ipv4 }) => `${name} (${ipv4})`).join(", ")}`,
        ]),
    "their networks, firewalls, volumes and keys are not in the files, and stay as they are",
    "the next plan only takes them in; where it says more, look at it before you apply it",
  ];
}

/** @throws WherryError where one of them is not there, or is Wherry's already */
function chosen(
  every: readonly ForeignServer[],
  wanted: readonly string[],
  provider: string,
): readonly ForeignServer[] {
  return [...new Set(wanted)].map((word) => {
    const found = every.find(({ id, name }) => name === word || id === word);
    if (found === undefined) {
      throw usageError("unknown-server", `the token's project at ${provider} has no server ${word}`, {
        hint:
          every.length === 0
            ? "is it the token of the right project?"
            : `it has ${every.map(({ name }) => name).join(", ")}`,
      });
    }
    const { labels } = found;
    if (labels["managed-by"] === "wherry") {
      throw refusedError(
        "made-by-wherry",
        `${word} was made by Wherry, for ${labels["wherry.environment"] ?? "an environment"}`,
        { hint: "it is in the files of that environment, or taken in by wherry infra apply" },
      );
    }
    return found;
  });
}
