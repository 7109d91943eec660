import * as z from "zod";
import { explain as explainRef, findPipeline } from "../../../pipeline/index.ts";
import { command } from "../../definition.ts";
import { required } from "../../parameters.ts";
import { version } from "../../version.ts";
import { releaseBranch } from "./flags.ts";

export const explain = command({
  description: [
    "Says what a pipeline does for a branch or tag: which environment it goes to and by which rule of wherry.yaml, what runs, or why nothing is deployed. It looks at the files here alone; whether a tag is where it has to be is for wherry pipeline gate to say.",
  ],
  args: {
    ref: required("refs/heads/NAME, refs/tags/NAME, or the bare name of a branch or tag", { placeholder: "REF" }),
  },
  flags: { releaseBranch },
  examples: [
    { line: "pipeline explain PROD-1.2.0", what: "what happens when this tag is pushed" },
    { line: "pipeline explain refs/heads/develop", what: "the same of a branch" },
  ],
  schema: z.strictObject({
    ref: z.string(),
    environment: z.string().nullable(),
    version: z.string().nullable(),
    reason: z.string(),
    meant: z.string().nullable(),
    runs: z.array(z.strictObject({ what: z.string(), details: z.array(z.string()) })),
  }),
  async run({ ref, releaseBranch: branch, directory }, ctx) {
    const options = { directory, releaseBranch: branch, wherry: { version, integrity: undefined } };
    const { pipeline, rules } = await findPipeline(ctx, { ...options, digests: "skip" });
    return explainRef(ref, pipeline, rules.environments);
  },
  print({ ref, environment, version: number, reason, runs }, { style }) {
    const where =
      environment === null
        ? style.warning("is deployed nowhere")
        : `goes to ${style.bold(environment)}${number === null ? "" : ` as version ${number}`}`;
    return [
      `${printable(ref)} ${where}`,
      `  ${reason}`,
      "",
      ...runs.flatMap(({ what, details }) => [what, ...details.map((detail) => style.dim(`  ${detail}`))]),
    ];
  },
});

/** A ref may be anything that somebody types or pushes: no control character reaches the terminal. */
function printable(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
