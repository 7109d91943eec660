import { resolve } from "node:path";
import type { Context } from "../system/index.ts";
import { chartOf } from "./chart.ts";
import { csvOf } from "./csv.ts";
import type { CostDocument } from "./document.ts";

/** Writes the comparison where the user wants it, over what is there: the files are named on the command line. */
export async function writeComparison(
  ctx: Context,
  document: CostDocument,
  files: { readonly csv: string | undefined; readonly svg: string | undefined },
): Promise<readonly string[]> {
  const wanted = [
    ...(files.csv === undefined ? [] : [{ path: files.csv, content: csvOf(document) }]),
    ...(files.svg === undefined ? [] : [{ path: files.svg, content: chartOf(document) }]),
  ];
  for (const { path, content } of wanted) await ctx.files.write(resolve(ctx.cwd, path), content);
  return wanted.map(({ path }) => path);
}
