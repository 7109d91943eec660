import * as z from "zod";
import { loadEnvironment } from "../../../config/index.ts";
import type { Secret } from "../../../core/index.ts";
import { planRotation, rotate as rotateAndDeploy } from "../../../release/index.ts";
import type { RotationResult } from "../../../release/index.ts";
import { rotateSecret } from "../../../secrets/index.ts";
import type { SecretChange } from "../../../secrets/index.ts";
import { command } from "../../definition.ts";
import { optional, required, toggle, wholeNumber } from "../../parameters.ts";
import { dirty } from "../deploy.ts";
import { changeShape, printChange } from "./shapes.ts";
import { parseName, readValue } from "./value.ts";

const rotationShape = z.strictObject({
  environment: z.string(),
  name: z.string(),
  source: z.string(),
  outcome: z.enum(["planned", "rotated", "undone", "unfinished"]),
  steps: z.array(z.strictObject({ id: z.string(), title: z.string() })),
  release: z.string().nullable(),
  notes: z.array(z.string()),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});

export const rotate = command({
  description: [
    "Gives a secret a new value where it is kept (a random one, or with --given the one that is typed or piped in), deploys what is checked out with it, and revokes the old value once the new release serves: as rotation in wherry.yaml says, by a command, or by letting two roles of PostgreSQL take turns. Where the deployment fails, the old value is back.",
    "It can be interrupted at any moment and run again: it goes on from what is there. Until the old value is revoked, it lies in the same source as NAME_PREVIOUS.",
    "With --later, only the new value is kept: what runs has the old one until the next deployment, and nothing is revoked.",
  ],
  args: { name: required("name of the secret", { placeholder: "NAME", parse: parseName }) },
  flags: {
    given: toggle("the new value is typed, or read from standard input"),
    later: toggle("only keep the new value: deploy nothing, revoke nothing"),
    dirty,
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
  needs: ["environment", "plan"],
  quiet: true,
  examples: [
    { line: "secrets rotate SESSION_KEY -e production", what: "a new random value, live" },
    { line: "secrets rotate DB_PASSWORD -e production --plan", what: "say what would be done" },
    { line: "secrets rotate STRIPE_KEY -e production --given", what: "type the new one" },
    { line: "secrets rotate SESSION_KEY -e production --later", what: "for the next deployment" },
  ],
  schema: z.union([rotationShape, changeShape]),
  async run(input, ctx): Promise<RotationResult | SecretChange> {
    const { name, given, later, bytes, plan, dirty: taken, environment, directory, server, stack } = input;
    const where = { environment, directory, server, stack, dirty: taken };
    if (plan) return planRotation(ctx, { ...where, name, given: { bytes } });
    const value: Secret | { readonly bytes: number } = given ? await readValue(ctx, name) : { bytes };
    if (later) return rotateSecret(ctx, await loadEnvironment(ctx, where), name, value);
    return rotateAndDeploy(ctx, { ...where, name, given: value }, ctx.report);
  },
  failure: (result) => ("outcome" in result ? result.failure : undefined),
  print(result, screen) {
    if (!("outcome" in result)) return printChange("rotated:")(result, screen);
    const { outcome, name, environment, source, steps, release, notes } = result;
    const { style } = screen;
    if (outcome === "planned") return steps.map(({ title }, index) => `${index + 1}. ${title}`);
    return [
      `${style.good(`${outcome}:`)} ${name} of ${environment} in ${source}${release === null ? "" : `, live with ${release}`}`,
      ...notes.map((note) => `${style.warning(style.signs.note)} ${note}`),
    ];
  },
});
