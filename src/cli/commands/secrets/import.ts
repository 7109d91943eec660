import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { loadEnvironment } from "../../../config/index.ts";
import { usageError } from "../../../core/index.ts";
import { importSecrets } from "../../../secrets/index.ts";
import { command } from "../../definition.ts";
import { required } from "../../parameters.ts";
import { changeShape, printChange, to } from "./shapes.ts";

export const importFile = command({
  description: [
    "Keeps every value of a file with NAME=value lines, as Node.js and most tools read `.env` files: all of them, or none. Secrets that are not in the file stay as they are; lines without a value are skipped.",
  ],
  args: { file: required("file to read; - for standard input", { placeholder: "FILE" }) },
  flags: { to },
  needs: ["environment"],
  quiet: true,
  examples: [
    { line: "secrets import .env.production -e production --to age", what: "move to a source that others share" },
  ],
  schema: changeShape,
  async run({ file, to, environment, directory, server, stack }, ctx) {
    const settings = await loadEnvironment(ctx, { environment, directory, server, stack });
    const content = file === "-" ? await text(ctx.stdin) : await ctx.files.readText(resolve(ctx.cwd, file));
    if (content === undefined) throw usageError("no-such-file", "the file to import is not there");
    return importSecrets(ctx, settings, content, to);
  },
  print: printChange("set:"),
});
