import * as z from "zod";
import { invalidError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { apply, compare } from "../writer/index.ts";
import type { Assessment, Change, Statement } from "./schema.ts";

/** Where the assessment is kept with which the next one is compared; relative to the top of the repository. */
export const baselineFile = ".wherry/assessment.json";

const Baseline = z.object({
  version: z.literal(1),
  date: z.string(),
  commit: z.string().nullable(),
  environment: z.string().nullable(),
  levels: z.record(z.string(), z.int().min(0).max(4).nullable()),
});
export type Baseline = z.infer<typeof Baseline>;

/** Undefined where none was saved. A file that is none is an error: silence would look like a first run. */
export async function readBaseline(ctx: Context, directory: string): Promise<Baseline | undefined> {
  const text = await ctx.files.readText(`${directory}/${baselineFile}`);
  if (text === undefined) return undefined;
  const parsed = Baseline.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw invalidError("not-a-baseline", `${baselineFile} is no assessment that this version can read`, {
    hint: `move it away, and save a new one: wherry assess --save`,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Only levels: what a statement says may change with each version, and evidence with each commit. */
export async function saveBaseline(
  ctx: Context,
  directory: string,
  assessment: Assessment,
): Promise<readonly string[]> {
  const { version, date, commit, environment, statements } = assessment;
  const levels = Object.fromEntries(statements.map(({ check, level }) => [check, level]));
  const content = `${JSON.stringify({ version, date, commit, environment, levels } satisfies Baseline, null, 2)}\n`;
  // It was read before, so it is ours: the new one takes its place.
  const changes = await compare(ctx, directory, [{ path: baselineFile, content, from: "current" }]);
  return apply(ctx, directory, changes);
}

/** Checks whose level is another one now; worse ones first. */
export function changesSince(baseline: Baseline, statements: readonly Statement[]): readonly Change[] {
  const order = ["worse", "no longer known", "improved", "now known", "new check"];
  return statements
    .flatMap(({ check, level: now, says }): Change[] => {
      const isNew = !Object.hasOwn(baseline.levels, check);
      const before = baseline.levels[check] ?? null;
      if (isNew) return [{ check, before: null, now, kind: "new check", says }];
      return before === now ? [] : [{ check, before, now, kind: kindOf(before, now), says }];
    })
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function kindOf(before: number | null, now: number | null): Change["kind"] {
  if (before === null) return "now known";
  if (now === null) return "no longer known";
  return now > before ? "improved" : "worse";
}
