import * as z from "zod";
import { makeKey } from "../../../secrets/index.ts";
import { command } from "../../definition.ts";

export const key = command({
  description: [
    "Prints your public key of age, for the recipients in wherry.yaml. Where you have none, a key is made in ~/.config/wherry/age.key (mode 0600), in the form of age-keygen. Keep a copy of that file in a safe place; CI gets a key of its own in the variable WHERRY_AGE_KEY.",
  ],
  examples: [{ line: "secrets key", what: "what the others need from you" }],
  schema: z.strictObject({ recipients: z.array(z.string()), from: z.string(), made: z.boolean() }),
  run: (_input, ctx) => makeKey(ctx),
  print: ({ recipients, from, made }, { style }) => [
    ...recipients,
    made
      ? `${style.good("made:")} ${from}; without it, what is encrypted for it cannot be read`
      : style.dim(`from ${from}`),
  ],
});
