import { basename, resolve } from "node:path";
import { invalidError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { apply, compare } from "../writer/index.ts";
import type { Change, WantedFile } from "../writer/index.ts";
import { design } from "./design.ts";
import type { Choices, Design } from "./design.ts";
import { resolveDigests } from "./digests.ts";
import { readExisting } from "./existing-compose.ts";
import { filesOf, imagesOf, pinWith } from "./files.ts";
import { inspect } from "./inspect.ts";
import type { Note, Survey } from "./model.ts";
import { wherryFile } from "./render/wherry-file.ts";
import { readRepository } from "./survey.ts";

/** What was seen and what would be written; nothing is written yet. */
export interface Proposal {
  readonly directory: string;
  readonly survey: Survey;
  readonly choices: Choices;
  /** Undefined where a compose file was there already. */
  readonly design: Design | undefined;
  readonly changes: readonly Change[];
  readonly notes: readonly Note[];
}

/** Looks at the repository in a folder. Throws where there is nothing that init knows. */
export async function look(
  ctx: Context,
  directory: string | undefined,
): Promise<{ readonly directory: string; readonly survey: Survey }> {
  const folder = resolve(ctx.cwd, directory ?? ".");
  if ((await ctx.files.stat(folder))?.kind !== "folder")
    throw invalidError("no-folder", `there is no folder ${folder}`);
  const survey = inspect(await readRepository(ctx, folder));
  if (survey.parts.length === 0 && survey.compose === undefined) {
    throw invalidError("nothing-found", `${folder} has nothing in it that wherry init knows`, {
      hint: "write a Dockerfile and a compose.yaml, and run wherry init again: it makes wherry.yaml from them",
    });
  }
  return { directory: folder, survey };
}

/** A name for the app: the folder's, as far as it can be one. */
export function nameFor(directory: string): string {
  const name = basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 31)
    .replace(/-+$/, "");
  return name === "" ? "app" : name;
}

/** Decides everything and compares it with what is there. */
export async function propose(ctx: Context, directory: string, survey: Survey, choices: Choices): Promise<Proposal> {
  const found = survey.compose;
  if (found !== undefined) {
    const { routed, secrets, notes } = readExisting(found, survey);
    const wanted: WantedFile = {
      path: "wherry.yaml",
      content: wherryFile({ choices, compose: found.path, services: routed, secrets }),
      comment: "#",
    };
    const changes = await compare(ctx, directory, [wanted]);
    return { directory, survey, choices, design: undefined, changes, notes };
  }
  const app = design(survey, choices);
  const digests = await resolveDigests(ctx, imagesOf(app));
  const changes = await compare(ctx, directory, filesOf(app, pinWith(digests.known)));
  const notes = [...app.notes, ...(digests.note === undefined ? [] : [{ message: digests.note }])];
  return { directory, survey, choices, design: app, changes, notes };
}

/** Writes what is new; what somebody has edited stays. Gives the paths that were written. */
export function write(ctx: Context, { directory, changes }: Proposal): Promise<readonly string[]> {
  return apply(ctx, directory, changes);
}
