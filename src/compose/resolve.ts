import { invalidError, nearest, refusedError } from "../core/index.ts";
import type { Position, WherryError } from "../core/index.ts";
import { isMapping } from "../config/index.ts";
import type { Path } from "../config/index.ts";
import type { Context } from "../system/index.ts";
import { composeKeys } from "./keys.ts";
import type { ResolvedDocument, ResolvedService } from "./project.ts";
import { positionIn } from "./sources.ts";
import type { ComposeSources } from "./sources.ts";

export interface ComposeCall {
  readonly files: readonly string[];
  readonly folder: string;
  readonly name: string;
  readonly profiles: readonly string[];
  /** Everything that interpolation may see besides the `.env` file of the folder. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface Resolution {
  readonly document: ResolvedDocument;
  /** Variables that compose replaced by nothing. */
  readonly unset: readonly string[];
}

/**
 * Variables that docker itself needs. Nothing else of this process's environment reaches compose: a deployment must
 * not depend on the shell from which somebody starts it.
 */
const surroundings =
  /^(PATH|HOME|DOCKER_.*|XDG_RUNTIME_DIR|TMPDIR|SYSTEMROOT|SystemRoot|USERPROFILE|APPDATA|LOCALAPPDATA|ProgramFiles|ProgramData|PATHEXT|TEMP)$/;

export function isOfSurroundings(name: string): boolean {
  return surroundings.test(name);
}

/** Asks docker compose what the files mean. */
export async function resolveCompose(ctx: Context, call: ComposeCall, sources: ComposeSources): Promise<Resolution> {
  const argv = [
    "docker",
    "compose",
    ...call.files.flatMap((file) => ["--file", file]),
    ...call.profiles.flatMap((profile) => ["--profile", profile]),
    "--project-directory",
    call.folder,
    "--project-name",
    call.name,
    "config",
    "--format",
    "json",
  ];
  const result = await ctx.processes.run(argv, {
    cwd: call.folder,
    env: { ...surroundingsOf(ctx), ...call.variables },
    timeout: 60_000,
  });
  const unset = unsetNames(result.stderr);
  if (result.exitCode === 0) return { document: parseDocument(result.stdout), unset };
  if (
    result.exitCode === 127 ||
    /'compose' is not a docker command|unknown (shorthand )?flag: '?-*f/.test(result.stderr)
  ) {
    throw refusedError(
      "no-compose",
      "docker compose is needed on this machine to read compose files, and is not there",
      {
        hint: "install the docker command line and its compose plugin; no engine has to run here",
      },
    );
  }
  throw composeFailure(result.stderr, sources, unset);
}

function surroundingsOf(ctx: Context): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(ctx.env).filter(([name]) => isOfSurroundings(name)));
}

function unsetNames(stderr: string): readonly string[] {
  return [...new Set([...stderr.matchAll(/The \\?"(\w+)\\?" variable is not set/g)].map((match) => match[1] ?? ""))];
}

function parseDocument(json: string): ResolvedDocument {
  const document = undoEscapes(JSON.parse(json)) as Partial<ResolvedDocument>;
  const services = Object.fromEntries(
    Object.entries(document.services ?? {}).map(([name, service]) => [name, withBlockLimits(service)]),
  );
  return {
    ...document,
    services,
    networks: document.networks ?? {},
    volumes: document.volumes ?? {},
    secrets: document.secrets ?? {},
    configs: document.configs ?? {},
  };
}

/** The JSON of compose has `Path`, `Rate` and `Weight` here, which compose itself then refuses to read. */
function withBlockLimits(service: ResolvedService): ResolvedService {
  const limits = service["blkio_config"];
  if (!isMapping(limits)) return service;
  const lower = (entry: unknown): unknown =>
    isMapping(entry)
      ? Object.fromEntries(Object.entries(entry).map(([key, value]) => [key.toLowerCase(), value]))
      : entry;
  const corrected = Object.entries(limits).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.map(lower) : value,
  ]);
  return { ...service, blkio_config: Object.fromEntries(corrected) };
}

/** `docker compose config` doubles every `$` of its output, of keys too, so that it can be read again. */
function undoEscapes(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$$", "$");
  if (Array.isArray(value)) return value.map(undoEscapes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key.replaceAll("$$", "$"), undoEscapes(part)]));
}

/** Compose's own words, with the place where one can be found. */
function composeFailure(stderr: string, sources: ComposeSources, unset: readonly string[] = []): WherryError {
  const lines = stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !/level=(warning|info|debug)|^WARN/.test(line));
  const message =
    lines.map((line) => line.replace(/^time="[^"]*" level=\w+ msg="?/, "").trim()).join(" ") ||
    "docker compose cannot read these files";
  const path = pathIn(message);
  const at = /(^|\s)yaml: /.test(message) ? syntaxPlace(message, sources) : longestKnown(path, sources);
  const near = /additional propert/i.test(message) ? nearest(String(path.at(-1)), keysBeside(path)) : undefined;
  const hint =
    near === undefined
      ? unset.length === 0
        ? undefined
        : `without a value: ${unset.join(", ")}`
      : `did you mean "${near}"?`;
  return invalidError("compose-refused", `docker compose: ${message}`, {
    ...(at === undefined ? {} : { at }),
    ...(hint === undefined ? {} : { hint }),
  });
}

function pathIn(message: string): Path {
  const dotted = /\b(?:services|networks|volumes|secrets|configs)\.[\w.[\]-]+/.exec(message)?.[0] ?? "";
  const parts = dotted.split(/[.[\]]+/).filter((part) => part !== "");
  const extra = /additional propert\w+ '?([\w-]+)/i.exec(message)?.[1];
  const service = /service "([\w.-]+)"/.exec(message)?.[1];
  if (extra !== undefined) return [...parts, extra];
  if (parts.length === 0 && service !== undefined) return ["services", service];
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function longestKnown(path: Path, sources: ComposeSources): Position | undefined {
  for (let length = path.length; length >= Math.min(2, path.length) && length > 0; length -= 1) {
    const at = positionIn(sources, path.slice(0, length));
    if (at !== undefined) return at;
  }
  return undefined;
}

/** `yaml: line 5: ...` names no file; our own parser knows which one cannot be read. */
function syntaxPlace(message: string, sources: ComposeSources): Position | undefined {
  const source = sources.all.find((one) => one.document.errors.length > 0);
  const line = /line (\d+)/.exec(message)?.[1];
  if (source === undefined || line === undefined) return undefined;
  return { file: source.file, line: Number(line), column: 1 };
}

function keysBeside(path: Path): readonly string[] {
  const above = path.length > 2 ? [path[0], "*", ...path.slice(2, -1), ""].join(".") : "";
  return composeKeys.flatMap((key) =>
    key.path.startsWith(above) && !key.path.slice(above.length).includes(".") ? key.path.slice(above.length) : [],
  );
}
