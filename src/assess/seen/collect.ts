import { basename, relative, resolve } from "node:path";
import { formatPosition, usageError, WherryError } from "../../core/index.ts";
import type { Report } from "../../core/index.ts";
import { describeCommit, everAdded, ignoredBy, lastTouched, summarizeHistory } from "../../git/index.ts";
import type { HistorySummary } from "../../git/index.ts";
import { openGitHub, readRepositoryFacts, repositoryOn } from "../../github/index.ts";
import { readHistory, readStatus, serverStatus } from "../../release/index.ts";
import type { Context } from "../../system/index.ts";
import { readComposeFiles } from "./compose-files.ts";
import { readDockerfiles } from "./dockerfile.ts";
import { readFiles } from "./files.ts";
import { readPipelines } from "./pipelines.ts";
import { readWherryYaml } from "./wherry-yaml.ts";
import type { Hosting, Known, Seen, SeenServer } from "./seen.ts";

export interface CollectOptions {
  /** The repository is looked for here and above. The context's folder if left out. */
  readonly directory?: string | undefined;
  /** Also ask the server of this environment. */
  readonly environment?: string | undefined;
}

/** How many lines of the ledger say how a team deploys. */
const ledgerLines = 200;

/** Names under which secrets are committed by mistake, as pathspecs of git. */
const secretNames = [
  ".env",
  ".env.*",
  "*.env",
  "*.pem",
  "*.key",
  "*.p12",
  "*.pfx",
  "*.jks",
  "*.kdbx",
  "id_rsa",
  "id_dsa",
  "id_ecdsa",
  "id_ed25519",
  ".npmrc",
  ".netrc",
  ".pgpass",
  ".htpasswd",
  "terraform.tfstate",
].map((name) => `:(glob)**/${name}`);

/** Looks at everything once. Changes nothing, anywhere. */
export async function collect(ctx: Context, options: CollectOptions, report: Report): Promise<Seen> {
  const { asking, asked } = recording(ctx);
  const start = resolve(ctx.cwd, options.directory ?? ".");
  if ((await ctx.files.stat(start))?.kind !== "folder")
    throw usageError("no-folder", `${start} is no folder`, { hint: "name the folder of the repository with -C" });

  report({ type: "line", text: "reading the history and the files" });
  const { top, history } = await summarizeHistory(asking, start);
  const directory = top ?? start;
  const files = await readFiles(asking, directory, { tracked: top !== undefined, focus: relative(directory, start) });
  const described = typeof history === "string" ? undefined : await describeCommit(asking, directory);
  const repository = described?.repository;
  const name =
    repository === undefined || !/^[\w-]+(?:\.[\w-]+)+\/./.test(repository) ? basename(directory) : nameOf(repository);
  const [addedSecrets, envIgnored, documentation] = await Promise.all([
    addedSecretsOf(asking, directory, history),
    envIgnoredOf(asking, top),
    documentationOf(asking, history),
  ]);
  report({ type: "line", text: "asking the host of the repository" });
  const hosting = await hostingOf(asking, repository);
  const server = await serverOf(asking, options, report);
  return {
    directory,
    name,
    now: ctx.clock.now(),
    files,
    history,
    commit: described?.commit,
    addedSecrets,
    envIgnored,
    documentation,
    hosting,
    server,
    pipelines: readPipelines(files),
    dockerfiles: readDockerfiles(files),
    composeFiles: readComposeFiles(files),
    wherryYaml: readWherryYaml(files),
    asked: [...new Set([...asked, ...askedOf(server)])],
  };
}

/** The same context, which remembers what was run and asked. Programs on servers are asked through `ssh`, and said once. */
function recording(ctx: Context): { readonly asking: Context; readonly asked: readonly string[] } {
  const list: string[] = [];
  const programs = new Set(["git", "gh"]);
  return {
    asking: {
      ...ctx,
      processes: {
        run(argv, options) {
          if (programs.has(argv[0] ?? "")) list.push(shown(argv));
          return ctx.processes.run(argv, options);
        },
        start: (argv, options) => ctx.processes.start(argv, options),
      },
      https: {
        ...ctx.https,
        get(url, options) {
          list.push(`GET ${url}`);
          return ctx.https.get(url, options);
        },
      },
    },
    asked: list,
  };
}

/** As somebody would type it in the folder. */
function shown(argv: readonly string[]): string {
  const words = argv.filter(
    (word, index) => !["-C", "-c"].includes(word) && !["-C", "-c"].includes(argv[index - 1] ?? ""),
  );
  // eslint-disable-next-line no-control-regex -- the separators of a format are not for people
  const text = words.join(" ").replaceAll(/[\0-\u001F]/g, "");
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}

/** `team/shop` of `git.example.com/team/shop`. */
function nameOf(repository: string): string {
  return repository.split("/").slice(1).join("/");
}

async function addedSecretsOf(ctx: Context, top: string, history: Seen["history"]): Promise<Seen["addedSecrets"]> {
  const asked = "git log --all --diff-filter=A --name-only -- (names of files with secrets)";
  if (typeof history === "string") return { known: false, asked, reason: "there is no history to look through" };
  if (history.shallow) return { known: false, asked, reason: "this clone is shallow: it lacks the older commits" };
  const value = await everAdded(ctx, top, secretNames);
  if (value === undefined) return { known: false, asked, reason: "git did not answer in time" };
  return { known: true, asked, value };
}

async function envIgnoredOf(ctx: Context, top: string | undefined): Promise<Seen["envIgnored"]> {
  const asked = "git check-ignore --verbose --no-index -- .env";
  if (top === undefined) return { known: false, asked, reason: "there is no git repository" };
  return { known: true, asked, value: await ignoredBy(ctx, top, ".env") };
}

async function documentationOf(ctx: Context, history: Seen["history"]): Promise<Seen["documentation"]> {
  const asked = "git log --max-count=1 -- README* docs *.md";
  if (typeof history === "string") return { known: false, asked, reason: "there is no history to look through" };
  const paths = [":(icase,glob)README*", ":(glob)docs/**", ":(glob)doc/**", ":(glob)*.md"];
  const value = await lastTouched(ctx, (history satisfies HistorySummary).top, paths);
  if (value === undefined && history.shallow)
    return { known: false, asked, reason: "this clone is shallow: it lacks the older commits" };
  return { known: true, asked, value };
}

async function hostingOf(ctx: Context, repository: string | undefined): Promise<Hosting> {
  if (repository === undefined || repository.startsWith("commit:"))
    return { kind: "unknown", host: undefined, reason: "the repository has no remote" };
  const place = repositoryOn(ctx, repository);
  const host = repository.split("/")[0];
  if (place === undefined) {
    const local = host === "" || repository.startsWith(".") || !(host ?? "").includes(".");
    const where = local ? "the remote is a folder" : `the repository is on ${host}`;
    return { kind: "unknown", host: local ? undefined : host, reason: `${where}; only GitHub is asked` };
  }
  const github = await openGitHub(ctx, place);
  if (github === undefined)
    return {
      kind: "unknown",
      token: "missing",
      host: place.host,
      reason: "GitHub was not asked: there is no token in GITHUB_TOKEN, GH_TOKEN or gh",
    };
  return { kind: "github", repository: `${place.owner}/${place.name}`, facts: await readRepositoryFacts(github) };
}

function askedOf(server: SeenServer): readonly string[] {
  return server.asked ? [server.machine, server.status, server.ledger].map(({ asked }) => asked) : [];
}

async function serverOf(ctx: Context, options: CollectOptions, report: Report): Promise<SeenServer> {
  const { environment, directory } = options;
  if (environment === undefined) return { asked: false };
  report({ type: "line", text: `asking the server of ${environment}` });
  const ask = async <T>(asked: string, read: () => Promise<T>): Promise<Known<T>> => {
    try {
      return { known: true, asked, value: await read() };
    } catch (error) {
      // A name that is not in wherry.yaml is a slip of the pen; a server that does not answer is something not known.
      if (!(error instanceof WherryError) || ["usage", "interrupted"].includes(error.exit)) throw error;
      const where = error.at === undefined ? "" : `${formatPosition(error.at)}  `;
      return { known: false, asked, reason: `${where}${error.message}` };
    }
  };
  const where = { directory, environment };
  const machine = await ask(`wherry server status -e ${environment}`, () => serverStatus(ctx, where));
  const status = await ask(`wherry status -e ${environment}`, () => readStatus(ctx, where));
  const last = { ...where, last: ledgerLines };
  const ledger = await ask(`wherry history -e ${environment} --last ${ledgerLines}`, () => readHistory(ctx, last));
  return { asked: true, environment, machine, status, ledger };
}
