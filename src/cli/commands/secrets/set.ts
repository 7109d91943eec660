import { loadEnvironment } from "../../../config/index.ts";
import { setSecrets } from "../../../secrets/index.ts";
import { command } from "../../definition.ts";
import { required } from "../../parameters.ts";
import { changeShape, printChange, to } from "./shapes.ts";
import { parseName, readValue } from "./value.ts";

export const set = command({
  description: [
    "Keeps the value of a secret. It is typed without being shown, or read from standard input: never an argument, which would be in the history of the shell and in the process list.",
    "The line end behind a single line is no part of the value. Texts of several lines, such as private keys, are kept as they are. Deploy to make it take effect.",
  ],
  args: { name: required("name of the secret", { placeholder: "NAME", parse: parseName }) },
  flags: { to },
  needs: ["environment"],
  quiet: true,
  examples: [
    { line: "secrets set DB_PASSWORD -e production", what: "type it" },
    { line: "secrets set TLS_KEY -e production < key.pem", what: "from a file" },
  ],
  schema: changeShape,
  async run({ name, to, environment, directory, server, stack }, ctx) {
    const settings = await loadEnvironment(ctx, { environment, directory, server, stack });
    const value = await readValue(ctx, name);
    return setSecrets(ctx, settings, new Map([[name, value]]), to);
  },
  print: printChange("set:"),
});
