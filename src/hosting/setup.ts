import type { Report, WherryError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { applyChanges } from "./apply.ts";
import type { Applied } from "./apply.ts";
import type { Limit } from "./model.ts";
import type { Survey } from "./survey.ts";

export interface SetupResult {
  readonly done: readonly Applied[];
  /** What turned out not to be had while it was tried. */
  readonly limits: readonly Limit[];
  readonly error: WherryError | undefined;
}

/** Makes what a survey found to be lacking, and nothing else. */
export async function setUp(ctx: Context, found: Survey, report: Report): Promise<SetupResult> {
  const { done, error } = await applyChanges(ctx, found.api, found.changes, found.values, report);
  return { done, limits: done.flatMap(limitOf), error };
}

function limitOf({ change, refused }: Applied): readonly Limit[] {
  if (refused === undefined) return [];
  return [{ what: change.title, reason: refused, instead: "GitHub refused it: see the page on GitHub in the manual" }];
}
