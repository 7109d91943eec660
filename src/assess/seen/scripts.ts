import { dirname, join, normalize } from "node:path/posix";
import { purposes } from "./purposes.ts";
import type { Purpose } from "./purposes.ts";
import type { SeenFile, SeenFiles } from "./files.ts";

/** A line that is run, where it is written. */
export interface ScriptLine {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  /** Said by the name of the script that holds it: what `npm test` runs is a test, whatever program it is. */
  readonly purpose?: Purpose;
}

interface Resolved {
  readonly lines: readonly ScriptLine[];
  /** Calls that lead to what was not read. */
  readonly elsewhere: readonly string[];
}

/** npm -> npm -> make -> shell is as deep as people go. */
const maximumDepth = 4;

/**
 * The line itself, and the lines of the repository's own scripts that it starts: of package.json, of a Makefile, of shell
 * scripts. A script that is not there, or is in another language, is `elsewhere`: what it does is not known.
 */
export function resolveLine(files: SeenFiles, file: SeenFile, line: number, text: string): Resolved {
  return follow(files, { path: file.path, line, text }, 0, new Set());
}

function follow(files: SeenFiles, at: ScriptLine, depth: number, seen: Set<string>): Resolved {
  const calls = depth >= maximumDepth ? [] : callsOf(at.text);
  const found = calls.map((call) => targetOf(files, at, call));
  const lines: ScriptLine[] = [at];
  const elsewhere: string[] = [];
  for (const target of found) {
    if (target.lines === undefined) {
      elsewhere.push(target.name);
      continue;
    }
    if (seen.has(target.name)) continue;
    seen.add(target.name);
    for (const line of target.lines) {
      const below = follow(files, line, depth + 1, seen);
      lines.push(...below.lines);
      elsewhere.push(...below.elsewhere);
    }
  }
  return { lines, elsewhere };
}

type Call =
  | { readonly kind: "npm"; readonly script: string }
  | { readonly kind: "make"; readonly target: string }
  | { readonly kind: "file"; readonly path: string };

const npm = /\b(?:npm|pnpm|yarn|bun)\s+(?:--?[\w-]+(?:=\S+)?\s+)*(?:(?:run|run-script)\s+([\w:.-]+)|(test|t|start)\b)/g;
const yarnShort = /\b(?:yarn|pnpm)\s+((?:lint|typecheck|check|build|ci|coverage|e2e|deploy)[\w:.-]*)/g;
const make = /(?:^|[;&|]\s*|\brun:\s*|-\s+|["'])make\s+(?:-\S+\s+)*([A-Za-z][\w.-]*)/g;
const script =
  /(?:^|[\s;&|"'(])(?:(?:bash|sh|zsh|node|python3?|ruby|deno run|tsx|bun)\s+(?:-\S+\s+)*)?((?:\.{1,2}\/)?(?:[\w.-]+\/)*[\w.-]+\.(?:sh|bash|py|rb|js|mjs|cjs|ts|mts|pl)|\.\/[\w./-]+)/g;

function callsOf(text: string): readonly Call[] {
  return [
    ...[...text.matchAll(npm)].map(([, run, word]): Call => ({
      kind: "npm",
      script: run ?? (word === "t" ? "test" : (word ?? "")),
    })),
    ...[...text.matchAll(yarnShort)].map(([, name]): Call => ({ kind: "npm", script: name ?? "" })),
    ...[...text.matchAll(make)].map(([, target]): Call => ({ kind: "make", target: target ?? "" })),
    ...[...text.matchAll(script)].map(([, path]): Call => ({ kind: "file", path: path ?? "" })),
  ];
}

interface Target {
  readonly name: string;
  /** Undefined: not there, or not read. */
  readonly lines: readonly ScriptLine[] | undefined;
}

function targetOf(files: SeenFiles, at: ScriptLine, call: Call): Target {
  if (call.kind === "npm") return npmScript(files, at, call.script);
  return call.kind === "make" ? makeTarget(files, call.target) : scriptFile(files, at, call.path);
}

/** The package.json beside the caller, else the one at the top. */
function npmScript(files: SeenFiles, at: ScriptLine, name: string): Target {
  const near = normalize(join(dirname(at.path), "package.json"));
  const file = [near, "package.json"].map((path) => files.get(path)).find((one) => one?.content === "text");
  const label = `npm run ${name}`;
  const value = file === undefined ? undefined : scriptsOf(file)[name];
  if (file === undefined || typeof value !== "string") return { name: label, lines: undefined };
  const line = file.lines.findIndex((text) => text.includes(`"${name}"`) && text.includes(JSON.stringify(value))) + 1;
  const purpose = /no test specified/.test(value) ? undefined : purposeOfName(name);
  return {
    name: `${file.path} ${label}`,
    lines: [{ path: file.path, line: Math.max(line, 1), text: value, ...(purpose === undefined ? {} : { purpose }) }],
  };
}

function scriptsOf(file: SeenFile): Readonly<Record<string, unknown>> {
  try {
    const content = JSON.parse(file.lines.join("\n")) as {
      readonly scripts?: Readonly<Record<string, unknown>>;
    } | null;
    return content?.scripts ?? {};
  } catch {
    return {};
  }
}

function purposeOfName(name: string): Purpose | undefined {
  if (/^test(?:$|[:.-])/.test(name)) return "test";
  if (/^(?:lint|typecheck|type-check|format:check)(?:$|[:.-])/.test(name)) return "lint";
  return undefined;
}

function makeTarget(files: SeenFiles, target: string): Target {
  const name = `make ${target}`;
  const file = ["Makefile", "makefile", "GNUmakefile"]
    .map((path) => files.get(path))
    .find((one) => one?.content === "text");
  const start = file?.lines.findIndex((line) => new RegExp(`^${target.replaceAll(".", "\\.")}\\s*:`).test(line)) ?? -1;
  if (file === undefined || start === -1) return { name, lines: undefined };
  const lines: ScriptLine[] = [];
  for (let index = start + 1; /^(?:\t|\s*$)/.test(file.lines[index] ?? "end"); index += 1) {
    const text = file.lines[index] ?? "";
    if (text.trim() !== "") lines.push({ path: file.path, line: index + 1, text });
  }
  return { name, lines };
}

function scriptFile(files: SeenFiles, at: ScriptLine, path: string): Target {
  const candidates = [normalize(path), normalize(join(dirname(at.path), path))];
  const file = candidates.map((one) => files.get(one)).find((one) => one?.content === "text");
  if (file === undefined) return { name: path, lines: undefined };
  const shell = /\.(?:ba)?sh$/.test(file.path) || /^#!.*\b(?:ba|z|da)?sh\b/.test(file.lines[0] ?? "");
  // What a program in another language does is not read off its lines.
  if (!shell) return { name: file.path, lines: undefined };
  return { name: file.path, lines: shellLines(file) };
}

/** Lines of a shell script that are run: without comments. */
function shellLines(file: SeenFile): readonly ScriptLine[] {
  return file.lines.flatMap((text, index) =>
    text.trim() === "" || /^\s*#/.test(text) ? [] : [{ path: file.path, line: index + 1, text }],
  );
}

/** Lines of all shell scripts and Makefiles of the project that do this, whoever calls them. */
export function scriptLinesFor(files: SeenFiles, purpose: Purpose): readonly ScriptLine[] {
  return (
    files
      .find(
        /\.(?:ba)?sh$|(?:^|\/)(?:GNUm|M|m)akefile$|(?:^|\/)(?:crontab|[\w.-]+\.(?:cron|timer|service))$|(?:^|\/)justfile$|(?:^|\/)Taskfile\.ya?ml$/,
      )
      // Scripts among the source are what the product is made of, not what is done with it.
      .filter(({ path }) => !/(?:^|\/)(?:src|lib)\//.test(path))
      .flatMap((file) => shellLines(file))
      .filter(({ text }) => purposes[purpose].test(text))
  );
}
