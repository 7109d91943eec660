import { loadEnvironment } from "../../../config/index.ts";
import { usageError } from "../../../core/index.ts";
import { getSecret } from "../../../secrets/index.ts";
import { command } from "../../definition.ts";
import { required, toggle } from "../../parameters.ts";
import { parseName } from "./value.ts";

export const get = command({
  description: [
    "Writes the value of one secret, as a deployment would get it, to standard output: on a terminal, or with --reveal into a pipe or file, where it comes without a line end of its own.",
  ],
  args: { name: required("name of the secret", { placeholder: "NAME", parse: parseName }) },
  flags: { reveal: toggle("write it although standard output is no terminal") },
  needs: ["environment"],
  // The one place where a value is what was asked for: what is returned would be masked.
  streams: true,
  quiet: true,
  examples: [
    { line: "secrets get DB_PASSWORD -e production --reveal | psql-with-password", what: "hand it to a program" },
  ],
  async run({ name, reveal, environment, directory, server, stack }, ctx) {
    const terminal = ctx.stdout.isTTY === true;
    if (!terminal && !reveal) {
      throw usageError("not-revealed", "standard output is no terminal: the value would end in a file or a log", {
        hint: "say --reveal if that is what you want",
      });
    }
    const settings = await loadEnvironment(ctx, { environment, directory, server, stack });
    const value = (await getSecret(ctx, settings, name)).reveal();
    ctx.stdout.write(terminal ? `${value}\n` : value);
  },
});
