import * as z from "zod";
import { WherryError } from "../../../core/index.ts";
import { planTag, proposeChangelog, pushTag } from "../../../versions/index.ts";
import { apply } from "../../../writer/index.ts";
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
    "With --changelog, the list of changes gets a section of the version (Keep a Changelog). The tag stands at the commit that was tried out, so the file is no part of it: it is changed here after the tag was pushed, for your next commit.",
  ],
  args: {
    environment: required("environment that the version is for", { placeholder: "ENVIRONMENT" }),
    version: optional("such as 1.4.0; proposed where it is left out", { placeholder: "VERSION" }),
  },
  flags: {
    releaseBranch,
    allowRollback,
    acceptUnknown: toggle("go on where something could not be asked: no token, a server that does not answer"),
    changelog: toggle("add a section of the version to CHANGELOG.md, beside wherry.yaml"),
    changelogFile: optional("the same for another file", { parse: fileName, placeholder: "FILE" }),
  },
  needs: ["plan", "yes"],
  examples: [
    { line: "release uat", what: "the next version to uat" },
    { line: "release production", what: "what was tried out in uat" },
    { line: "release production --changelog", what: "the same, and what came with it in CHANGELOG.md" },
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
    toKnow: z.array(z.string()),
    notes: notesSchema,
    pushed: z.boolean(),
    changelog: z.strictObject({ path: z.string(), diff: z.string(), written: z.boolean() }).nullable(),
  }),
  async run(input, ctx) {
    const { environment, version, releaseBranch: branch, allowRollback: backwards, acceptUnknown } = input;
    const { changelog, changelogFile, plan, yes, directory } = input;
    const options = { directory, environment, version, releaseBranch: branch, allowRollback: backwards };
    const planned = await planTag(ctx, options);
    const bad = planned.checks.filter(
      ({ verdict }) => verdict === "failed" || (verdict === "unknown" && !acceptUnknown),
    );
    const file = changelogFile ?? (changelog ? "CHANGELOG.md" : undefined);
    const proposed = file === undefined ? undefined : await proposeChangelog(ctx, { directory, file }, planned);
    const told = (written: boolean) =>
      proposed === undefined ? null : { path: proposed.change.path, diff: proposed.change.diff, written };
    if (plan) return { ...planned, pushed: false, changelog: told(false) };
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
    const written = proposed === undefined ? [] : await apply(ctx, proposed.directory, [proposed.change]);
    return { ...planned, pushed: true, changelog: told(written.length > 0) };
  },
  print({ tag: name, commit, previous, checks, toKnow, notes, pushed, changelog }, { style }) {
    const signs = { passed: style.good("passed"), failed: style.bad("failed"), unknown: style.warning("unknown") };
    return [
      ...checks.map(({ what, verdict, reason }) => `${signs[verdict]} ${what}: ${reason}`),
      ...toKnow.map((line) => `${style.warning("to know:")} ${line}`),
      "",
      ...formatNotes(notes, style),
      "",
      pushed
        ? `${style.good("released:")} ${style.bold(name)} at ${commit.slice(0, 12)}${previous === null ? "" : `, after ${previous}`}`
        : `${style.bold(name)} at ${commit.slice(0, 12)} would be tagged${previous === null ? "" : `, after ${previous}`}. Nothing was changed.`,
      ...(changelog === null ? [] : ["", ...changelogLines(changelog)]),
    ];
  },
});

function changelogLines({
  path,
  diff,
  written,
}: {
  readonly path: string;
  readonly diff: string;
  readonly written: boolean;
}): readonly string[] {
  if (diff === "") return [`${path} has a section of this version already, and stays as it is`];
  return [
    diff.trimEnd(),
    written
      ? `changed here, and no part of the release: commit ${path}, the next release wants everything committed`
      : `${path} would be changed so, after the tag`,
  ];
}

function fileName(text: string): string {
  if (text === "" || text.startsWith("/") || text.split("/").includes(".."))
    throw new Error("a file below the folder of wherry.yaml");
  return text;
}
