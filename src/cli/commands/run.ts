import { usageError } from "../../core/index.ts";
import { runOnce } from "../../release/index.ts";
import { command } from "../definition.ts";
import { list, required } from "../parameters.ts";

export const run = command({
  description: [
    "Starts a container of the live release's image for one command, beside those that run, with the same settings, secrets and networks, and removes it afterwards. What it reads and writes passes through, and its exit code is this command's.",
  ],
  args: { service: required("service whose image and settings are used"), cmd: list("the command and its arguments") },
  needs: ["environment"],
  streams: true,
  examples: [{ line: "run backend -e production -- node migrate.js", what: "run a migration by hand" }],
  async run({ service, cmd, environment, directory, server, stack }, ctx) {
    if (cmd.length === 0)
      throw usageError("missing-argument", "run: the command is missing: wherry run SERVICE -- COMMAND");
    return runOnce(ctx, { service, command: cmd, environment, directory, server, stack });
  },
  exitCode: (code) => code,
});
