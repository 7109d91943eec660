import { proposeGitHub } from "../../../pipeline/index.ts";
import { command } from "../../definition.ts";
import { version } from "../../version.ts";
import { releaseBranch } from "./flags.ts";
import { printProposal, proposalSchema, writeProposal } from "./proposal.ts";

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
  schema: proposalSchema,
  async run({ releaseBranch: branch, plan, yes, directory }, ctx) {
    return writeProposal(ctx, await proposeGitHub(ctx, { directory, releaseBranch: branch, version }), { plan, yes });
  },
  print: (document, screen) =>
    printProposal(document, screen, {
      title: "To set in GitHub, once for each environment (wherry github setup does it):",
      line: (name, secrets) => `${name}: secrets ${secrets.join(", ")}; variable WHERRY_KNOWN_HOSTS`,
    }),
});
