import { basename, dirname, extname, resolve } from "node:path";
import { invalidError, usageError } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { apply, compare } from "../../writer/index.ts";
import type { Assessment } from "../schema.ts";
import { generator } from "./generator.ts";
import { htmlReport } from "./html.ts";
import { markdownReport } from "./markdown.ts";

type Format = "markdown" | "html";

/** By the ending of the name: `.md` or `.html`. */
export function reportFormat(path: string): Format {
  const ending = extname(path).toLowerCase();
  if (ending === ".md") return "markdown";
  if (ending === ".html" || ending === ".htm") return "html";
  throw usageError("unknown-format", `${path}: a report is written as .md or .html`, {
    hint: "wherry assess --output report.html",
  });
}

/** Writes the report, see `replaceReport`. */
export async function writeReport(ctx: Context, path: string, assessment: Assessment): Promise<readonly string[]> {
  const format = reportFormat(path);
  return replaceReport(ctx, path, format === "html" ? htmlReport(assessment) : markdownReport(assessment));
}

/**
 * Writes a report that names its generator. One that was written before is replaced; any other file of that name is left
 * alone.
 * @param path as the user wrote it, relative to the folder they are in
 */
export async function replaceReport(ctx: Context, path: string, content: string): Promise<readonly string[]> {
  const absolute = resolve(ctx.cwd, path);
  const folder = dirname(absolute);
  const stat = await ctx.files.stat(absolute);
  const before = stat?.kind === "file" ? await ctx.files.readText(absolute) : undefined;
  if (before !== undefined && !before.slice(0, 1000).includes(generator)) {
    throw invalidError("not-a-report", `${path} is there, and is no report of Wherry`, {
      hint: "choose another name, or move it away",
    });
  }
  const changes = await compare(ctx, folder, [{ path: basename(absolute), content, from: "current" }]);
  await apply(ctx, folder, changes);
  return [path];
}
