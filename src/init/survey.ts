import type { Context } from "../system/index.ts";
import type { Repository } from "./model.ts";

/** Not the team's own: packages, what builds write, version control, editors. */
const others = new Set(
  `.git .hg .svn node_modules bower_components vendor .venv venv env __pycache__ .tox target dist build out .next .nuxt .output .svelte-kit
   .angular .astro .turbo .cache .gradle .idea .vscode coverage .terraform .pytest_cache .mypy_cache`.split(/\s+/),
);

/** Read whole: what says how a part is built and run. Sources are read for ports, variables and health paths. */
const read =
  /(?:^|\/)(?:package\.json|pnpm-workspace\.yaml|\.yarnrc\.yml|\.nvmrc|\.node-version|\.python-version|requirements[^/]*\.txt|pyproject\.toml|uv\.lock|go\.mod|Cargo\.toml|rust-toolchain(?:\.toml)?|pom\.xml|build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?|angular\.json|Makefile|Procfile|\.gitignore|\.dockerignore|[^/]*Dockerfile[^/]*|\.env\.(?:example|sample|template))$|\.(?:[cm]?[jt]sx?|vue|svelte|astro|py|go|rs|java|kt|properties|ya?ml|toml|html)$/;

/** Enough for any repository of a small team; a limit, so that a home folder by mistake ends in seconds. */
const limits = { files: 20_000, depth: 7, texts: 3_000, size: 200_000 };

/** Reads a repository as far as the detectors look. Lockfiles are listed and not read. */
export async function readRepository(ctx: Context, directory: string): Promise<Repository> {
  const files: string[] = [];
  const texts = new Map<string, string>();
  const visit = async (folder: string, depth: number): Promise<void> => {
    const names = await ctx.files.list(folder === "" ? directory : `${directory}/${folder}`);
    for (const name of names) {
      if (files.length >= limits.files) return;
      const path = folder === "" ? name : `${folder}/${name}`;
      const stat = await ctx.files.stat(`${directory}/${path}`);
      if (stat?.kind === "folder" && !others.has(name) && depth < limits.depth) await visit(path, depth + 1);
      if (stat?.kind !== "file") continue;
      files.push(path);
      if (!read.test(path) || stat.size > limits.size || texts.size >= limits.texts) continue;
      const text = await ctx.files.readText(`${directory}/${path}`);
      if (text !== undefined) texts.set(path, text);
    }
  };
  await visit("", 0);
  return { files: files.toSorted(), texts };
}
