import * as z from "zod";
import { proposeGitHub } from "../../../pipeline/index.ts";
import type { PipelineProposal } from "../../../pipeline/index.ts";
import { apply } from "../../../writer/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { version } from "../../version.ts";
import { releaseBranch } from "./flags.ts";

export const github = command({
  description: [
    "Writes a pipeline for GitHub Actions from what is there: .github/workflows/ci.yml looks at every change (lint, types, tests with the databases of the compose file, wherry check, images, known vulnerabilities), deploy.yml deploys by the rules of wherry.yaml behind a gate, rollback.yml goes back by hand, dependabot.yml keeps packages and pins fresh. All of them are plain files that are yours.",
    "Every action is pinned by commit, every job has the rights that it needs and no more, nothing that others can write becomes shell text, and no release restores a cache. A workflow that is there with other people's words in it is left alone: what would have been written is shown.",
  ],
  flags: { releaseBranch },
  needs: ["plan", "yes"],
  examples: [
    { line: "pipeline github --plan", what: "show what would be written" },
    { line: "pipeline github --yes", what: "write it" },
  ],
  schema: z.strictObject({
    root: z.string(),
    files: z.array(
      z.strictObject({ path: z.string(), kind: z.enum(["create", "update", "same", "edited"]), diff: z.string() }),
    ),
    environments: z.array(z.strictObject({ name: z.string(), secrets: z.array(z.string()) })),
    notes: z.array(z.string()),
    written: z.array(z.string()),
  }),
  async run({ releaseBranch: branch, plan, yes, directory }, ctx) {
    const proposal = await proposeGitHub(ctx, { directory, releaseBranch: branch, version });
    const wanted = proposal.changes.filter(({ kind }) => kind === "create" || kind === "update");
    if (plan || wanted.length === 0) return documentOf(proposal, []);
    await confirm(ctx, { question: `Write ${wanted.map(({ path }) => path).join(", ")}?`, yes });
    return documentOf(proposal, await apply(ctx, proposal.root, proposal.changes));
  },
  print({ files, environments, notes, written }, { style }) {
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
        : [
            style.bold("To set in GitHub, once for each environment (wherry github setup does it):"),
            ...environments.map(
              ({ name, secrets }) => `  ${name}: secrets ${secrets.join(", ")}; variable WHERRY_KNOWN_HOSTS`,
            ),
          ]),
    ];
  },
});

function documentOf({ root, pipeline, changes }: PipelineProposal, written: readonly string[]) {
  return {
    root,
    files: changes.map(({ path, kind, diff }) => ({ path, kind, diff })),
    environments: pipeline.environments.map(({ name, secrets }) => ({ name, secrets: ["WHERRY_SSH_KEY", ...secrets] })),
    notes: [...pipeline.notes],
    written: [...written],
  };
}
