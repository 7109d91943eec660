import { proposeGitLab } from "../../../pipeline/index.ts";
import { command } from "../../definition.ts";
import { version } from "../../version.ts";
import { releaseBranch } from "./flags.ts";
import { printProposal, proposalSchema, writeProposal } from "./proposal.ts";

export const gitlab = command({
  description: [
    "Writes a pipeline for GitLab from what is there, the same one as for GitHub: .gitlab-ci.yml looks at merge requests and the release branch (lint, types, tests with the databases of the compose file as services, wherry check, images, known vulnerabilities), deploys by the rules of wherry.yaml behind a gate, and has a button to go back.",
    "Images of jobs are pinned by digest where a registry tells it, nothing that others can write becomes shell text, and deployments are neither cancelled nor dropped. A file that is there with other people's words in it is left alone: what would have been written is shown.",
  ],
  flags: { releaseBranch },
  needs: ["plan", "yes"],
  examples: [
    { line: "pipeline gitlab --plan", what: "show what would be written" },
    { line: "pipeline gitlab --yes", what: "write it" },
  ],
  schema: proposalSchema,
  async run({ releaseBranch: branch, plan, yes, directory }, ctx) {
    return writeProposal(ctx, await proposeGitLab(ctx, { directory, releaseBranch: branch, version }), { plan, yes });
  },
  print: (document, screen) =>
    printProposal(document, screen, {
      title: "To set in GitLab, once for each environment (Settings, CI/CD, Variables; protected, with its scope):",
      line: (name, secrets) =>
        `${name}: file WHERRY_SSH_KEY; ${["WHERRY_KNOWN_HOSTS", ...secrets.slice(1)].join(", ")}`,
    }),
});
