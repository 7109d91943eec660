import { loadSettings } from "../../../config/index.ts";
import { rotateSecret } from "../../../secrets/index.ts";
import { command } from "../../definition.ts";
import { optional, required, toggle, wholeNumber } from "../../parameters.ts";
import { changeShape, printChange } from "./shapes.ts";
import { parseName, readValue } from "./value.ts";

export const rotate = command({
  description: [
    "Gives a secret a new value where it is kept: a random one, or with --given the one that is typed or piped in, where somebody else makes it. What runs has the old value until the next deployment; what else has to be done is said.",
  ],
  args: { name: required("name of the secret", { placeholder: "NAME", parse: parseName }) },
  flags: {
    given: toggle("the new value is typed, or read from standard input"),
    bytes: optional("random bytes of a generated value; it is written in letters, digits, - and _", {
      placeholder: "NUMBER",
      default: "32",
      parse: (text: string) => {
        const bytes = wholeNumber(text);
        if (bytes < 16 || bytes > 1024) throw new Error("expected 16 to 1024 bytes: fewer could be guessed");
        return bytes;
      },
    }),
  },
  needs: ["environment"],
  quiet: true,
  examples: [
    { line: "secrets rotate SESSION_KEY -e production", what: "a new random value" },
    { line: "secrets rotate STRIPE_KEY -e production --given", what: "type the new one" },
  ],
  schema: changeShape,
  async run({ name, given, bytes, environment, directory, server, stack }, ctx) {
    const settings = await loadSettings(ctx, { environment, directory, server, stack });
    return rotateSecret(ctx, settings, name, given ? await readValue(ctx, name) : { bytes });
  },
  print: printChange("rotated:"),
});
