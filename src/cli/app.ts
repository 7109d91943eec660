import { createMask, exitCodes, nearest, usageError, WherryError } from "../core/index.ts";
import type { Mask, ProgressEvent } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import type { AnyCommand, CommandContext, Screen } from "./definition.ts";
import { helpOfMany, helpOfOne } from "./help.ts";
import { createReporter } from "./progress.ts";
import { routes as allRoutes } from "./routes.ts";
import type { Route } from "./routes.ts";
import { errorDocument, showError } from "./show-error.ts";
import { createStyle, looksFor } from "./style.ts";
import { version } from "./version.ts";

/** What a run of the program came to. Progress and streams have been written already; this is what is left to write. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the program finds around itself; all else of the context is the real world unless given. */
export type Surroundings = Pick<Context, "env" | "cwd" | "stdout" | "stderr" | "signal"> & Partial<Context>;

/** Runs one command line. Never throws: what goes wrong is in the outcome. No value of a secret is in it. */
export async function main(
  argv: readonly string[],
  given: Surroundings,
  routes: readonly Route[] = allRoutes,
): Promise<Outcome> {
  const surroundings = { ...given, mask: given.mask ?? createMask() };
  const outcome = await runLine(argv, surroundings, routes);
  // JSON has been masked string by string: as text, a secret of digits would take a number out of the document.
  const stdout = outcome.document === undefined ? surroundings.mask.apply(outcome.stdout) : outcome.document;
  return { exitCode: outcome.exitCode, stdout, stderr: surroundings.mask.apply(outcome.stderr) };
}

type Masked = Surroundings & Pick<Context, "mask">;

/** What a command came to, before it is written. */
interface Raw extends Outcome {
  /** JSON in place of `stdout`. */
  readonly document?: string;
}

async function runLine(argv: readonly string[], surroundings: Masked, routes: readonly Route[]): Promise<Raw> {
  const words = argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
  const own = beforeEscape(words);
  const json = own.includes("--json");
  const noColor = own.includes("--no-color");
  const screen = screenOf(surroundings, "stdout", noColor);

  try {
    if (["--version", "-v"].includes(words[0] ?? "")) return done([version]);
    // `release list` before `release`, whose first argument may be any word.
    const route = routes
      .filter((candidate) => candidate.words.every((word, index) => words[index] === word))
      .toSorted((a, b) => a.words.length - b.words.length)
      .at(-1);
    const helpWanted = own.includes("--help") || own.includes("-h");
    if (route === undefined) return helpOrMisuse(routes, words, helpWanted, screen);
    const definition = await route.load();
    if (helpWanted) return done(helpOfOne(route, definition, screen));
    return await execute(route, definition, words.slice(route.words.length), surroundings, screen);
  } catch (error) {
    return failed(error, surroundings, { json, noColor });
  }
}

async function execute(
  route: Route,
  definition: AnyCommand,
  words: readonly string[],
  surroundings: Masked,
  screen: Screen,
): Promise<Raw> {
  const { parseInput } = await import("./command.ts");
  const input = await parseInput(["wherry", ...route.words].join(" "), definition, words);
  const {
    json = false,
    verbose = false,
    noColor = false,
  } = input as Readonly<Record<"json" | "verbose" | "noColor", boolean | undefined>>;
  const { createContext } = await import("../system/index.ts");
  const ctx = createContext(surroundings);
  const looks = looksFor({ env: ctx.env, stream: ctx.stderr, noColor });
  const reporter = createReporter({
    stream: ctx.stderr,
    style: createStyle(looks),
    live: looks.live,
    verbose,
    now: () => ctx.clock.monotonic(),
  });
  const interruption = { type: "note", text: "interrupted: ending in order (once more to leave at once)" } as const;
  ctx.signal.addEventListener("abort", () => reporter.report(interruption), { once: true });
  // Here and not where lines are written: a line that is cut to the terminal's width would hide from the mask.
  const report = (event: ProgressEvent): void => reporter.report(masked(event, ctx.mask));
  const commandContext: CommandContext = { ...ctx, report };

  const data = await definition.run(input as never, commandContext).finally(() => reporter.close());

  const failure = definition.failure?.(data as never);
  if (json) {
    const document = failure === undefined ? data : documentOf(data as object, failure);
    return {
      exitCode: exitCodeOf(definition, data, failure),
      stdout: "",
      stderr: "",
      document: jsonOf(document, ctx.mask),
    };
  }
  const shown = (): Outcome => done(definition.print?.(data as never, screen) ?? []);
  if (failure !== undefined) {
    const told = failed(failure, surroundings, { json, noColor });
    return definition.printsFailed === true ? { ...told, stdout: shown().stdout } : told;
  }
  return { ...shown(), exitCode: exitCodeOf(definition, data, failure) };
}

/** The result with its failure as every command shows one. */
function documentOf(data: object, failure: WherryError): Readonly<Record<string, unknown>> {
  const rest = Object.entries(data).filter(([, value]) => value !== failure);
  return { ...Object.fromEntries(rest), error: errorDocument(failure) };
}

function exitCodeOf(definition: AnyCommand, data: unknown, failure: WherryError | undefined): number {
  const code = failure?.exit ?? definition.exitCode?.(data as never) ?? "done";
  return typeof code === "number" ? code : exitCodes[code];
}

/** The words lead to no command: a group of commands, a slip of the pen, or nothing at all. */
function helpOrMisuse(
  routes: readonly Route[],
  words: readonly string[],
  helpWanted: boolean,
  screen: Screen,
): Outcome {
  const named = words.slice(0, words.findIndex((word) => word.startsWith("-")) >>> 0);
  const below = routes.filter((route) => named.every((word, index) => route.words[index] === word));
  if (below.length > 0 && (helpWanted || words.length === 0)) return done(helpOfMany(below, named, screen));
  if (below.length > 0 && named.length > 0) {
    throw usageError(
      "no-command",
      `${["wherry", ...named].join(" ")} needs one more word: ${below.map((route) => route.words[named.length]).join(", ")}`,
      {
        hint: `${["wherry", ...named].join(" ")} --help`,
      },
    );
  }
  const [flag] = words;
  if (named.length === 0)
    throw usageError("no-command", `the command comes first, then flags: wherry COMMAND ${flag}`, {
      hint: "wherry --help",
    });
  const near =
    nearest(
      named.slice(0, 2).join(" "),
      routes.map((route) => route.words.join(" ")),
    ) ??
    nearest(
      named[0] ?? "",
      routes.map((route) => route.words[0]),
    );
  throw usageError("unknown-command", `there is no command wherry ${named.join(" ")}`, {
    hint: near === undefined ? "wherry --help lists them all" : `did you mean wherry ${near}?`,
  });
}

function masked(event: ProgressEvent, mask: Mask): ProgressEvent {
  const text = (value: string | number): string | number => (typeof value === "string" ? mask.apply(value) : value);
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [key, text(value)])) as ProgressEvent;
}

function jsonOf(document: unknown, mask: Mask): string {
  const replacer = (_key: string, value: unknown): unknown => (typeof value === "string" ? mask.apply(value) : value);
  return `${JSON.stringify(document, replacer, 2)}\n`;
}

function failed(
  thrown: unknown,
  surroundings: Masked,
  { json, noColor }: { readonly json: boolean; readonly noColor: boolean },
): Raw {
  const error = surroundings.signal.aborted ? interrupted(thrown) : thrown;
  const exitCode = error instanceof WherryError ? exitCodes[error.exit] : exitCodes.bug;
  const stderr = `${showError(error, screenOf(surroundings, "stderr", noColor)).join("\n")}\n`;
  if (!json) return { exitCode, stdout: "", stderr };
  // A bug's stack does not fit into the document, and is wanted all the same.
  return {
    exitCode,
    stdout: "",
    document: jsonOf({ error: errorDocument(error) }, surroundings.mask),
    stderr: error instanceof WherryError ? "" : stderr,
  };
}

/** Whatever broke once the user had pressed Ctrl-C broke because of that; unless the room says more precisely what was left. */
function interrupted(thrown: unknown): WherryError {
  if (thrown instanceof WherryError && thrown.exit === "interrupted") return thrown;
  return new WherryError("interrupted", "interrupted", "interrupted", {
    hint: "run the same command again: it goes on from what is there",
    cause: thrown,
  });
}

function done(lines: readonly string[]): Outcome {
  return { exitCode: exitCodes.done, stdout: lines.map((line) => `${line}\n`).join(""), stderr: "" };
}

function screenOf({ env, stdout, stderr }: Surroundings, stream: "stdout" | "stderr", noColor: boolean): Screen {
  const target: { readonly isTTY?: boolean; readonly columns?: number } = stream === "stdout" ? stdout : stderr;
  return {
    style: createStyle(looksFor({ env, stream: target, noColor })),
    columns: target.columns === undefined || target.columns === 0 ? 100 : target.columns,
  };
}

/** What comes after `--` is another program's. */
function beforeEscape(words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return end === -1 ? words : words.slice(0, end);
}
