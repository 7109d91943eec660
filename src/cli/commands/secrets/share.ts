import { loadEnvironment } from "../../../config/index.ts";
import { shareSecrets } from "../../../secrets/index.ts";
import { command } from "../../definition.ts";
import { changeShape, printChange } from "./shapes.ts";

export const share = command({
  description: [
    "Encrypts the secrets of an age file again, for exactly the recipients that wherry.yaml names by now. It needs a key that can read them. Who was taken out cannot read what is written from now on, but still has the older commits: rotate what they could read.",
  ],
  needs: ["environment"],
  examples: [{ line: "secrets share -e production", what: "after a recipient was added or taken out" }],
  schema: changeShape,
  async run({ environment, directory, server, stack }, ctx) {
    return shareSecrets(ctx, await loadEnvironment(ctx, { environment, directory, server, stack }));
  },
  print: printChange("encrypted again:"),
});
