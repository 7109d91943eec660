import { assess, AssessOutcome } from "../../src/assess/index.ts";
import type { Assessment, Statement } from "../../src/assess/index.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context, Files, ProcessResult } from "../../src/system/index.ts";

export const now = new Date("2026-11-25T12:00:00Z");

const missing: ProcessResult = { stdout: "", stderr: "not here", exitCode: 127, signal: undefined, timedOut: false };

/** The real world, but for tokens that the machine may have, and with the time standing still. */
export function quietContext(cwd: string, options: Partial<Context> = {}): Context {
  const { GITHUB_TOKEN: _one, GH_TOKEN: _two, ...env } = process.env;
  const clean = { ...env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", ...options.env };
  const real = createContext({ cwd, env: clean });
  return {
    ...real,
    clock: { ...real.clock, now: () => now },
    processes: {
      ...real.processes,
      run: async (argv, runOptions) => (argv[0] === "gh" ? missing : real.processes.run(argv, runOptions)),
    },
    ...options,
    env: clean,
  };
}

/** The assessment of a folder; it has the shape that is promised. */
export async function assessmentOf(folder: string, options: Partial<Context> = {}): Promise<Assessment> {
  const { assessment } = await assess(quietContext(folder, options), {}, () => {});
  const shape = AssessOutcome.safeParse({ ...assessment, written: [] });
  if (!shape.success) throw shape.error;
  return assessment;
}

/** The assessment of these files, in no git repository. */
export async function assessmentOfFiles(content: Readonly<Record<string, string>>): Promise<Assessment> {
  return (await assess(folderInMemory(content), {}, () => {})).assessment;
}

export function statement(assessment: Assessment, check: string): Statement {
  const found = assessment.statements.find((one) => one.check === check);
  if (found === undefined) throw new Error(`there is no check ${check}`);
  return found;
}

/** Levels by check, without those that are not known. */
export function knownLevels(assessment: Assessment): Readonly<Record<string, number>> {
  return Object.fromEntries(
    assessment.statements.flatMap(({ check, level }) => (level === null ? [] : [[check, level]])),
  );
}

/** A folder in memory, which is in no git repository: for many small ones in a row. */
export function folderInMemory(content: Readonly<Record<string, string>>): Context {
  const top = "/memory";
  const real = createContext({ cwd: top, env: {} });
  const bytes = new Map(Object.entries(content).map(([path, text]) => [`${top}/${path}`, Buffer.from(text)]));
  const folders = new Set([...bytes.keys()].flatMap((path) => parents(path)));
  folders.add(top);
  const files: Files = {
    ...real.files,
    read: async (path) => bytes.get(path),
    readText: async (path) => bytes.get(path)?.toString("utf8"),
    stat: async (path) => {
      const file = bytes.get(path);
      if (file !== undefined) return { kind: "file", size: file.length, mode: 0o644, modified: now };
      return folders.has(path.replace(/\/$/, "")) ? { kind: "folder", size: 0, mode: 0o755, modified: now } : undefined;
    },
    list: async (path) => {
      const inside = [...bytes.keys(), ...folders].filter((one) => one.startsWith(`${path.replace(/\/$/, "")}/`));
      return [...new Set(inside.map((one) => one.slice(path.replace(/\/$/, "").length + 1).split("/")[0] ?? ""))];
    },
  };
  const noRepository: ProcessResult = { ...missing, exitCode: 128, stderr: "fatal: not a git repository" };
  return {
    ...real,
    files,
    clock: { ...real.clock, now: () => now },
    processes: { ...real.processes, run: async () => noRepository },
  };
}

function parents(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/")).filter((folder) => folder !== "");
}
