import * as z from "zod";
import { WherryError } from "../../../core/index.ts";
import { askGate } from "../../../pipeline/index.ts";
import { command } from "../../definition.ts";
import { optional, required, toggle } from "../../parameters.ts";
import { allowRollback, branchName, orNothing } from "./flags.ts";

const formats = ["text", "github"] as const;

/** How it is shown is no part of the result: a key that JSON does not know. */
const shown = Symbol("shown");

export const gate = command({
  description: [
    "The last word before a pipeline deploys, from the whole history (fetch-depth: 0): the ref belongs to an environment by the rules of wherry.yaml, its version is written strictly, the tag stands at the commit of the run, the commit is on the release branch (for other environments than production also on a branch that is deployed), and no later version is tagged. For production, a version of the environment before it (uat) stands at the same commit. With --live the servers are asked too: nothing goes in place of something later, no version comes from another commit than before, and where the images are those of another environment (images_from), its ledger says that this commit was deployed there with success. Where two_people is set, somebody else than who deployed it to the environment before asks for it.",
    "What git cannot tell is no pass. Where the answer is no, it ends with 8 and every reason.",
  ],
  args: { ref: required("refs/heads/NAME or refs/tags/NAME", { placeholder: "REF" }) },
  flags: {
    commit: optional("commit of the run; what is checked out if left out", {
      parse: commitName,
      placeholder: "COMMIT",
    }),
    releaseBranch: optional("branch that production comes from", {
      parse: branchName,
      default: "main",
      placeholder: "BRANCH",
    }),
    for: optional("environment that was asked for", { parse: orNothing, placeholder: "NAME" }),
    schedule: optional("schedule that started the run", { parse: orNothing, placeholder: "CRON" }),
    live: toggle(
      "ask the servers: nothing goes back by accident, and what is promoted was deployed with success before",
    ),
    allowRollback,
    format: optional("text, or github: lines for GITHUB_OUTPUT", {
      parse: formatName,
      default: "text",
      placeholder: "FORMAT",
    }),
  },
  examples: [{ line: "pipeline gate refs/tags/PROD-1.2.0", what: "may this tag be deployed, and where?" }],
  schema: z.strictObject({
    environment: z.string().nullable(),
    version: z.string().nullable(),
    checks: z.array(
      z.strictObject({ what: z.string(), verdict: z.enum(["passed", "failed", "unknown"]), reason: z.string() }),
    ),
  }),
  async run(
    { ref, commit, releaseBranch, for: asked, schedule, live, allowRollback: backwards, format, directory },
    ctx,
  ) {
    const options = { directory, ref, commit, asked, schedule, releaseBranch, live, allowRollback: backwards };
    const result = await askGate(ctx, options);
    return { ...result, [shown]: format };
  },
  print(result, { style }) {
    const { environment, version, checks } = result;
    if ((result as { readonly [shown]?: string })[shown] === "github")
      return environment === null ? [] : [`environment=${environment}`, `version=${version ?? ""}`];
    const signs = { passed: style.good("passed"), failed: style.bad("failed"), unknown: style.warning("unknown") };
    return [
      ...checks.map(({ what, verdict, reason }) => `${signs[verdict]} ${what}: ${reason}`),
      "",
      `goes to ${style.bold(environment ?? "")}`,
    ];
  },
  failure({ environment, checks }) {
    if (environment !== null) return undefined;
    const bad = checks.filter(({ verdict }) => verdict !== "passed");
    const [first] = bad;
    return new WherryError("findings", "not-to-be-deployed", first?.reason ?? "this is not to be deployed", {
      context: bad.length > 1 ? bad.map(({ what, verdict, reason }) => `${what} ${verdict}: ${reason}`) : [],
      hint: "wherry pipeline explain REF says what the rules are",
    });
  },
});

function commitName(text: string): string {
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text)) throw new Error("the whole hash of a commit");
  return text;
}

function formatName(text: string): (typeof formats)[number] {
  const found = formats.find((one) => one === text);
  if (found === undefined) throw new Error(`expected ${formats.join(" or ")}`);
  return found;
}
