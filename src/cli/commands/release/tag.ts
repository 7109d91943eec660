import * as z from "zod";
import { WherryError } from "../../../core/index.ts";
import { planTag, pushTag } from "../../../versions/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { formatNotes } from "../../format/notes.ts";
import { optional, required, toggle } from "../../parameters.ts";
import { allowRollback, releaseBranch } from "../pipeline/flags.ts";
import { notesSchema } from "./schema.ts";

export const tag = command({
  description: [
    "Tags the commit that is checked out as a version of an environment, and pushes the tag: the pipeline deploys it. Before that it looks whether everything is committed, the commit is on the release branch, its checks at GitHub succeeded, the version is new and later than all others, and, for production, whether the same commit was deployed with success to the environment before it (uat).",
    "Without a version, production takes the one that was tried out before it; elsewhere it is proposed from the commits since the last one, read as Conventional Commits: a ! is a major version, feat a minor one, all else a patch.",
    "What failed ends it with exit code 8. So does what could not be asked, unless --accept-unknown is given.",
  ],
  args: {
    environment: required("environment that the version is for", { placeholder: "ENVIRONMENT" }),
    version: optional("such as 1.4.0; proposed where it is left out", { placeholder: "VERSION" }),
  },
  flags: {
    releaseBranch,
    allowRollback,
    acceptUnknown: toggle("go on where something could not be asked: no token, a server that does not answer"),
  },
  needs: ["plan", "yes"],
  examples: [
    { line: "release uat", what: "the next version to uat" },
    { line: "release production", what: "what was tried out in uat" },
    { line: "release production 2.0.0 --plan", what: "say what speaks for and against it" },
  ],
  schema: z.strictObject({
    environment: z.string(),
    version: z.string(),
    tag: z.string(),
    commit: z.string(),
    previous: z.string().nullable(),
    checks: z.array(
      z.strictObject({ what: z.string(), verdict: z.enum(["passed", "failed", "unknown"]), reason: z.string() }),
    ),
    notes: notesSchema,
    pushed: z.boolean(),
  }),
  async run(
    { environment, version, releaseBranch: branch, allowRollback: backwards, acceptUnknown, plan, yes, directory },
    ctx,
  ) {
    const options = { directory, environment, version, releaseBranch: branch, allowRollback: backwards };
    const planned = await planTag(ctx, options);
    const bad = planned.checks.filter(
      ({ verdict }) => verdict === "failed" || (verdict === "unknown" && !acceptUnknown),
    );
    if (plan) return { ...planned, pushed: false };
    const [first] = bad;
    if (first !== undefined) {
      throw new WherryError("findings", "not-to-be-released", `${planned.tag}: ${first.reason}`, {
        context: bad.slice(1).map(({ what, verdict, reason }) => `${what} ${verdict}: ${reason}`),
        hint: bad.every(({ verdict }) => verdict === "unknown")
          ? "--accept-unknown goes on without knowing it"
          : "put it right, and run it again; --plan shows all that was looked at",
      });
    }
    await confirm(ctx, { question: `Tag ${planned.commit.slice(0, 12)} as ${planned.tag} and push it?`, yes });
    await pushTag(ctx, options, planned);
    return { ...planned, pushed: true };
  },
  print({ tag: name, commit, previous, checks, notes, pushed }, { style }) {
    const signs = { passed: style.good("passed"), failed: style.bad("failed"), unknown: style.warning("unknown") };
    return [
      ...checks.map(({ what, verdict, reason }) => `${signs[verdict]} ${what}: ${reason}`),
      "",
      ...formatNotes(notes, style),
      "",
      pushed
        ? `${style.good("released:")} ${style.bold(name)} at ${commit.slice(0, 12)}${previous === null ? "" : `, after ${previous}`}`
        : `${style.bold(name)} at ${commit.slice(0, 12)} would be tagged${previous === null ? "" : `, after ${previous}`}. Nothing was changed.`,
    ];
  },
});
