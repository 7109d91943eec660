import { join, relative } from "node:path";
import { loadCompose, understand } from "../compose/index.ts";
import type { AppModel, Notice } from "../compose/index.ts";
import type { LoadOptions, Settings } from "../config/index.ts";
import { formatPosition, invalidError, refusedError } from "../core/index.ts";
import type { Report, Secret } from "../core/index.ts";
import { describeCommit, listProjectFiles } from "../git/index.ts";
import type { CommitDescription } from "../git/index.ts";
import { readSecrets } from "../secrets/index.ts";
import type { Context } from "../system/index.ts";
import { readErrorPages } from "./proxy-rules.ts";
import type { ErrorPages } from "./proxy-rules.ts";
import { hostsOfStacks } from "./stacks.ts";

/** The user's app as it lies here, understood: what a release is made of, before images. */
export interface App {
  readonly settings: Settings;
  readonly model: AppModel;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly pages: ErrorPages;
  /** Undefined outside a git repository. */
  readonly commit: CommitDescription | undefined;
  /** The files are taken as they lie here, and not as they are in the commit. */
  readonly dirty: boolean;
}

export interface AppOptions extends LoadOptions {
  /** Take what is not committed along. */
  readonly dirty: boolean;
}

/** Reads the compose files, the secrets and git. Throws what cannot be deployed; reports what is worth saying. */
export async function readApp(
  ctx: Context,
  settings: Settings,
  options: Pick<AppOptions, "dirty">,
  report: Report,
): Promise<App> {
  const [own, commit, { pages, files }] = await Promise.all([
    readSecrets(ctx, settings, settings.secrets),
    describeCommit(ctx, settings.directory),
    readErrorPages(ctx, settings),
  ]);
  const model = understand(await loadCompose(ctx, settings, own, await hostsOfStacks(ctx, settings)), settings);
  refuseErrors(model.notices);
  const others = model.secrets.filter(({ name }) => !own.has(name));
  const secrets = new Map([...own, ...(others.length === 0 ? [] : await readSecrets(ctx, settings, others))]);
  const dirty = await isDirty(
    ctx,
    { settings, files: [...model.files, ...files], commit, wanted: options.dirty },
    report,
  );
  for (const { severity, message, at, hint } of model.notices) {
    const text = `${at === undefined ? "" : `${formatPosition(at)}  `}${message}${hint === undefined ? "" : ` (${hint})`}`;
    report({ type: severity === "warning" ? "note" : "line", text });
  }
  return { settings, model, secrets, pages, commit, dirty };
}

function refuseErrors(notices: readonly Notice[]): void {
  const errors = notices.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined) return;
  const lines = errors.map(({ at, message, hint }) =>
    [at === undefined ? "" : `${formatPosition(at)}  `, message, hint === undefined ? "" : ` (${hint})`].join(""),
  );
  throw invalidError(first.code, `${first.message}${errors.length === 1 ? "" : ` (and ${errors.length - 1} more)`}`, {
    ...(first.at === undefined ? {} : { at: first.at }),
    context: errors.length === 1 ? [] : lines,
    ...(first.hint === undefined ? {} : { hint: first.hint }),
  });
}

interface Question {
  readonly settings: Settings;
  /** Files that Wherry itself reads, beside wherry.yaml. */
  readonly files: readonly string[];
  readonly commit: CommitDescription | undefined;
  readonly wanted: boolean;
}

/**
 * What is deployed is what the commit says, so that it can be told later what ran. Files that Wherry itself reads
 * must be as committed; what else is not committed is only left out of the images, and said.
 */
async function isDirty(ctx: Context, { settings, files, commit, wanted }: Question, report: Report): Promise<boolean> {
  if (commit === undefined) {
    report({ type: "note", text: "not in a git repository with a commit: the files are taken as they lie here" });
    return true;
  }
  const changed = new Set(commit.dirty.filter((path) => !path.startsWith(".wherry/")));
  if (changed.size === 0) return false;
  if (wanted) return true;
  const read = [settings.file, ...files].map((path) => relative(settings.directory, path));
  const uncommitted = await listProjectFiles(
    ctx,
    settings.directory,
    read.map((path) => join(settings.directory, path)),
  );
  const blocking = read.filter((path) => changed.has(path) && uncommitted?.includes(path) === true);
  if (blocking.length > 0) {
    throw refusedError("uncommitted", `not committed: ${blocking.join(", ")}`, {
      hint: "commit it, or deploy with --dirty to take the files as they lie here",
    });
  }
  const shown = [...changed].slice(0, 5).join(", ");
  report({
    type: "note",
    text: `not committed, and not part of this: ${shown}${changed.size > 5 ? ` and ${changed.size - 5} more` : ""} (--dirty takes it along)`,
  });
  return false;
}
