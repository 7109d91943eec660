import { join } from "node:path";
import { isMapping, parseYaml } from "../config/index.ts";
import type { Context } from "../system/index.ts";

export const ciFile = ".github/workflows/ci.yml";

/**
 * Names under which the jobs of ci.yml report, as the file in the repository has them: a check that is required and never
 * runs would stop every pull request. Jobs of a matrix, and names with expressions, are left out: they are not known before
 * they run. Undefined where there is no such file, or pull requests do not start it.
 */
export async function ciChecks(ctx: Context, root: string): Promise<readonly string[] | undefined> {
  const text = await ctx.files.readText(join(root, ciFile));
  if (text === undefined) return undefined;
  const { document } = parseYaml(ciFile, text);
  const content: unknown = document.errors.length === 0 ? document.toJS() : undefined;
  if (!isMapping(content) || !startsWithPullRequests(content["on"]) || !isMapping(content["jobs"])) return undefined;
  return Object.entries(content["jobs"]).flatMap(([id, job]): readonly string[] => {
    if (!isMapping(job) || job["uses"] !== undefined || job["strategy"] !== undefined) return [];
    const name = job["name"] ?? id;
    return typeof name === "string" && !name.includes("${{") ? [name] : [];
  });
}

/** With a filter some pull requests have no run, and would wait for ever. */
function startsWithPullRequests(on: unknown): boolean {
  if (on === "pull_request") return true;
  if (Array.isArray(on)) return on.includes("pull_request");
  if (!isMapping(on) || !Object.hasOwn(on, "pull_request")) return false;
  const filter = on["pull_request"];
  return !isMapping(filter) || Object.keys(filter).length === 0;
}
