import { loadEnvironment } from "../../../config/index.ts";
import { removeSecret } from "../../../secrets/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { required } from "../../parameters.ts";
import { changeShape, printChange } from "./shapes.ts";
import { parseName } from "./value.ts";

export const remove = command({
  description: [
    "Takes a secret out of every source that has it and can be written. What runs keeps its value until the next deployment, and releases on the server for as long as they are kept.",
  ],
  args: { name: required("name of the secret", { placeholder: "NAME", parse: parseName }) },
  needs: ["environment", "yes"],
  quiet: true,
  examples: [{ line: "secrets remove OLD_TOKEN -e production", what: "forget it" }],
  schema: changeShape,
  async run({ name, yes, environment, directory, server, stack }, ctx) {
    const settings = await loadEnvironment(ctx, { environment, directory, server, stack });
    await confirm(ctx, { question: `Remove ${name} from the secrets of ${settings.environment}?`, yes });
    return removeSecret(ctx, settings, name);
  },
  print: printChange("removed:"),
});
