import { proposeJenkins } from "../../../pipeline/index.ts";
import { command } from "../../definition.ts";
import { version } from "../../version.ts";
import { releaseBranch } from "./flags.ts";
import { printProposal, proposalSchema, writeProposal } from "./proposal.ts";

export const jenkins = command({
  description: [
    "Writes a pipeline for Jenkins from what is there, the same one as for GitHub: a declarative Jenkinsfile for a multibranch job (lint, types, tests, wherry check, images; deployments by the rules of wherry.yaml behind a gate), and Jenkinsfile.rollback for a job with a form. No plugin is needed but those that Jenkins suggests; agents have Docker, Node.js and what the parts are built with.",
    "Nothing that others can write becomes shell text, and credentials are bound to the stage that deploys alone. A file that is there with other people's words in it is left alone: what would have been written is shown.",
  ],
  flags: { releaseBranch },
  needs: ["plan", "yes"],
  examples: [
    { line: "pipeline jenkins --plan", what: "show what would be written" },
    { line: "pipeline jenkins --yes", what: "write it" },
  ],
  schema: proposalSchema,
  async run({ releaseBranch: branch, plan, yes, directory }, ctx) {
    return writeProposal(ctx, await proposeJenkins(ctx, { directory, releaseBranch: branch, version }), { plan, yes });
  },
  print: (document, screen) =>
    printProposal(document, screen, {
      title:
        "To set in Jenkins, once for each environment (Credentials; ids with the name of the environment in front):",
      line: (name, secrets) =>
        [
          `SSH key ${name}-WHERRY_SSH_KEY; secret file ${name}-WHERRY_KNOWN_HOSTS`,
          ...secrets.slice(1).map((secret) => `secret text ${name}-${secret}`),
        ].join("; "),
    }),
});
