import { resolve } from "node:path";
import { loadEnvironment } from "../../../config/index.ts";
import { exportSecrets, wantedSecrets } from "../../../secrets/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { list, required } from "../../parameters.ts";
import { changeShape, printChange } from "./shapes.ts";
import { parseName } from "./value.ts";

export const exportFile = command({
  description: [
    "Writes the values that a deployment would get into a file with NAME=value lines, mode 0600: to leave for another tool, or to keep a copy. Refused for a file that git has, or would take.",
  ],
  args: { file: required("file to write", { placeholder: "FILE" }) },
  flags: {
    name: list("only this secret; may be given several times", { placeholder: "NAME", parse: parseName }),
  },
  needs: ["environment", "yes"],
  examples: [{ line: "secrets export ~/shop.env -e production", what: "everything that production has" }],
  schema: changeShape,
  async run({ file, name, yes, environment, directory, server, stack }, ctx) {
    const settings = await loadEnvironment(ctx, { environment, directory, server, stack });
    if ((await ctx.files.stat(resolve(ctx.cwd, file))) !== undefined)
      await confirm(ctx, { question: `${file} is there already. Write over it?`, yes });
    const wanted = (await wantedSecrets(ctx, settings)).map((secret) => secret.name);
    return exportSecrets(ctx, settings, { path: file, only: name, wanted });
  },
  print: printChange("exported:"),
});
