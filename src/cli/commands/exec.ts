import { usageError } from "../../core/index.ts";
import { execute } from "../../release/index.ts";
import { command } from "../definition.ts";
import { list, required } from "../parameters.ts";

export const exec = command({
  description: [
    "Runs a command in a running container of a service. What it reads and writes passes through byte for byte, and its exit code is this command's.",
  ],
  args: { service: required("service in whose container it runs"), cmd: list("the command and its arguments") },
  needs: ["environment"],
  streams: true,
  examples: [
    { line: "exec backend -e production -- node -v", what: "ask the running container" },
    { line: "exec postgres -e production -- pg_dump -U shop shop > shop.sql", what: "take a dump" },
  ],
  async run({ service, cmd, environment, directory, server, stack }, ctx) {
    if (cmd.length === 0)
      throw usageError("missing-argument", "exec: the command is missing: wherry exec SERVICE -- COMMAND");
    return execute(ctx, { service, command: cmd, environment, directory, server, stack });
  },
  exitCode: (code) => code,
});
