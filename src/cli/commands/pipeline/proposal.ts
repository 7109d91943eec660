import * as z from "zod";
import { previewEnvironment } from "../../../pipeline/index.ts";
import type { PipelineProposal } from "../../../pipeline/index.ts";
import { apply } from "../../../writer/index.ts";
import { confirm } from "../../confirm.ts";
import type { CommandContext, Screen } from "../../definition.ts";

/** What the commands that write a pipeline have in common, whatever the host. */

export const proposalSchema = z.strictObject({
  root: z.string(),
  files: z.array(
    z.strictObject({ path: z.string(), kind: z.enum(["create", "update", "same", "edited"]), diff: z.string() }),
  ),
  environments: z.array(z.strictObject({ name: z.string(), secrets: z.array(z.string()) })),
  notes: z.array(z.string()),
  written: z.array(z.string()),
});

type Document = z.infer<typeof proposalSchema>;

/** Writes what is proposed, after the question, unless only the plan is wanted. */
export async function writeProposal(
  ctx: CommandContext,
  proposal: PipelineProposal,
  { plan, yes }: { readonly plan: boolean; readonly yes: boolean },
): Promise<Document> {
  const wanted = proposal.changes.filter(({ kind }) => kind === "create" || kind === "update");
  if (plan || wanted.length === 0) return documentOf(proposal, []);
  await confirm(ctx, { question: `Write ${wanted.map(({ path }) => path).join(", ")}?`, yes });
  return documentOf(proposal, await apply(ctx, proposal.root, proposal.changes));
}

/** @param toSet the headline of what has to be set by hand, and the line of one environment */
export function printProposal(
  { files, environments, notes, written }: Document,
  { style }: Screen,
  toSet: { readonly title: string; readonly line: (name: string, secrets: readonly string[]) => string },
): readonly string[] {
  const diffs = files.filter(({ kind, path }) => kind !== "same" && !written.includes(path));
  const words = { create: "new", update: "updated", same: "as it should be", edited: "left alone (yours)" };
  return [
    ...diffs.flatMap(({ diff }) => [diff.trimEnd(), ""]),
    ...files.map(({ path, kind }) => {
      const would = (kind === "create" || kind === "update") && !written.includes(path) ? "would be " : "";
      return `${would}${words[kind]}: ${path}`;
    }),
    ...(notes.length === 0 ? [] : ["", style.bold("To know:"), ...notes.map((note) => `  ${note}`)]),
    "",
    ...(environments.length === 0
      ? []
      : [style.bold(toSet.title), ...environments.map(({ name, secrets }) => `  ${toSet.line(name, secrets)}`)]),
  ];
}

function documentOf({ root, pipeline, changes }: PipelineProposal, written: readonly string[]): Document {
  return {
    root,
    files: changes.map(({ path, kind, diff }) => ({ path, kind, diff })),
    environments: [
      ...pipeline.environments,
      ...(pipeline.previews === undefined ? [] : [previewEnvironment(pipeline.previews)]),
    ].map(({ name, secrets }) => ({ name, secrets: ["WHERRY_SSH_KEY", ...secrets] })),
    notes: [...pipeline.notes],
    written: [...written],
  };
}
