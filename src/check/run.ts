import { apply, compare } from "../writer/index.ts";
import type { Context } from "../system/index.ts";
import { checkProject } from "./check.ts";
import type { CheckResult } from "./check.ts";
import { applyEdits } from "./edits.ts";
import type { Finding } from "./finding.ts";
import { loadProject, pathInside } from "./load.ts";
import type { CheckOptions, LoadedProject } from "./load.ts";
import type { ProjectInput } from "./project.ts";

export interface CheckReport extends CheckResult {
  /** Null where there is no wherry.yaml. */
  readonly environment: string | null;
  /** The compose files, in the order of merging. */
  readonly files: readonly string[];
  /** Absolute. */
  readonly directory: string;
  /** What `fix` has changed, or would change; empty where it was not asked for. */
  readonly fixed: readonly Finding[];
  readonly diffs: readonly { readonly file: string; readonly diff: string }[];
}

/** Looks at the files of one environment with all rules; changes nothing. */
export async function check(ctx: Context, options: CheckOptions): Promise<CheckReport> {
  const loaded = await loadProject(ctx, options);
  const result = checkProject(loaded.input, loaded.foreign, loaded.notChecked);
  return { ...result, ...about(loaded), fixed: [], diffs: [] };
}

/**
 * Repairs what can be repaired without changing what the app does, then looks again.
 * @param how `plan`: say what would change, and leave the files alone; the findings are those that would be left
 */
export async function fix(ctx: Context, options: CheckOptions, how: "plan" | "write"): Promise<CheckReport> {
  const loaded = await loadProject(ctx, options);
  const { input, fixed } = repaired(ctx, loaded);
  const before = textsOf(loaded.input);
  const wanted = [...textsOf(input)].flatMap(([file, content]) =>
    before.get(file) === content
      ? []
      : [{ path: pathInside(ctx, loaded.directory, file) ?? file, content, from: "current" as const }],
  );
  const changes = await compare(ctx, loaded.directory, wanted);
  if (how === "write") await apply(ctx, loaded.directory, await keepModes(ctx, loaded.directory, changes));
  return {
    ...checkProject(input, loaded.foreign, loaded.notChecked),
    ...about(loaded),
    fixed,
    diffs: changes.map(({ path, diff }) => ({ file: path, diff })),
  };
}

// What one repair brings to light, the next round repairs. Rules do not undo each other: a test holds them to that.
const rounds = 4;

function repaired(
  ctx: Context,
  loaded: LoadedProject,
): { readonly input: ProjectInput; readonly fixed: readonly Finding[] } {
  const inside = (finding: Finding): boolean =>
    finding.edits.every(({ source }) => pathInside(ctx, loaded.directory, source.file) !== undefined);
  let { input } = loaded;
  const fixed: Finding[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { findings } = checkProject(input, loaded.foreign);
    const candidates = findings.filter((finding) => finding.edits.length > 0 && inside(finding));
    if (candidates.length === 0) break;
    const { texts, applied } = applyEdits(candidates.map(({ edits }) => edits));
    fixed.push(...candidates.filter((_, index) => applied[index] === true));
    input = withTexts(input, new Map(texts.map((text) => [text.file, text.after])));
  }
  return { input, fixed };
}

function textsOf({ files, others = [] }: ProjectInput): ReadonlyMap<string, string> {
  return new Map([...files, ...others].map(({ file, text }) => [file, text]));
}

function about({
  environment,
  directory,
  input,
}: LoadedProject): Pick<CheckReport, "environment" | "directory" | "files"> {
  return { environment: environment ?? null, directory, files: input.files.map(({ file }) => file) };
}

function withTexts(input: ProjectInput, texts: ReadonlyMap<string, string>): ProjectInput {
  const replaced = (files: ProjectInput["files"]): ProjectInput["files"] =>
    files.map((one) => {
      const text = texts.get(one.file);
      return text === undefined ? one : { file: one.file, text };
    });
  return { ...input, files: replaced(input.files), others: replaced(input.others ?? []) };
}

type Changes = Awaited<ReturnType<typeof compare>>;

/** A file that somebody made executable, or private, stays so. */
async function keepModes(ctx: Context, directory: string, changes: Changes): Promise<Changes> {
  return Promise.all(
    changes.map(async (change) => {
      const stat = await ctx.files.stat(`${directory}/${change.path}`);
      return stat === undefined ? change : { ...change, mode: stat.mode };
    }),
  );
}
