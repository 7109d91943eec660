import * as z from "zod";
import { setUp, survey } from "../../../hosting/index.ts";
import type { SetupResult, Survey } from "../../../hosting/index.ts";
import type { WherryError } from "../../../core/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { list, toggle } from "../../parameters.ts";
import { schemas } from "../../schemas.ts";
import { version } from "../../version.ts";
import { releaseBranch } from "../pipeline/flags.ts";
import {
  changeOf,
  changeShape,
  foundOf,
  foundShape,
  knownHosts,
  lacksValues,
  limitShape,
  showChanges,
  showLimits,
  showMissing,
  showNotes,
} from "./shapes.ts";

export const setup = command({
  description: [
    "Sets up on GitHub what the pipeline of wherry.yaml needs: an environment for each one of wherry.yaml that lets in its own branches and tags alone, with its secrets (sealed here, so that only GitHub can open them) and variables; rules for the release branch, for deployed branches and for release tags; labels; the settings of the repository that matter for its safety.",
    "It reads what is there, shows the difference, and makes only that: a second run changes nothing. What somebody has made stricter stays so, and nothing is removed that Wherry did not make. What the account's plan does not have is said, with what stands in.",
    "Values of secrets come from secrets_from of wherry.yaml, as for a deployment; the key for the servers is the secret WHERRY_SSH_KEY of each environment. The token comes from a GitHub App (WHERRY_GITHUB_APP_ID, WHERRY_GITHUB_APP_KEY_FILE), GITHUB_TOKEN, GH_TOKEN or gh auth login.",
  ],
  flags: {
    reviewer: list("who has to approve deployments to production: a user, or ORGANIZATION/TEAM; may be said again", {
      placeholder: "NAME",
      parse: reviewerName,
    }),
    makeKeys: toggle("make a new SSH key for each environment that has none, and print its public half"),
    knownHosts,
    releaseBranch,
  },
  needs: ["plan", "yes"],
  examples: [
    { line: "github setup --plan", what: "show wanted against present, and change nothing" },
    { line: "github setup --make-keys --reviewer ada --yes", what: "set everything up, with new keys" },
  ],
  schema: z.strictObject({
    ...foundShape,
    changes: z.array(changeShape),
    done: z.array(z.strictObject({ title: z.string(), refused: z.string().nullable() })),
    newKeys: z.array(z.strictObject({ environment: z.string(), publicKey: z.string() })),
    refused: z.array(limitShape),
    error: schemas.error.optional(),
  }),
  async run({ reviewer, makeKeys, knownHosts: file, releaseBranch: branch, plan, yes, directory }, ctx) {
    const found = await survey(
      ctx,
      {
        directory,
        releaseBranch: branch,
        reviewers: reviewer,
        knownHosts: file,
        makeKeys: makeKeys ? (plan ? "announce" : "make") : "no",
        version,
      },
      ctx.report,
    );
    if (plan || found.changes.length === 0) return resultOf(found, undefined);
    const question = `Make ${found.changes.length} changes to ${found.api.place.owner}/${found.api.place.name} on ${found.api.place.host}?`;
    await confirm(ctx, { question, yes });
    return resultOf(found, await setUp(ctx, found, ctx.report));
  },
  failure: ({ failure }) => failure,
  exitCode: (data) => (data.done.length > 0 && lacksValues(data) ? "findings" : "done"),
  print(data, { style }) {
    const { repository, changes, done, refused, limits, notes, newKeys } = data;
    const made = done.filter((one) => one.refused === null).length;
    const head =
      changes.length === 0
        ? `${style.good("as it should be:")} ${repository}`
        : done.length === 0
          ? `${repository}: ${changes.length} changes would be made`
          : `${style.good("set up:")} ${repository}, ${made} of ${changes.length} changes made`;
    return [
      ...(done.length === 0 ? showChanges(changes, style) : []),
      head,
      ...showLimits([...limits, ...refused], style),
      ...showMissing(data, style),
      ...showNotes(notes, style),
      ...newKeys.flatMap(({ environment, publicKey }) => [
        "",
        `${style.bold(`New key of ${environment}`)}: a line for ~/.ssh/authorized_keys of the deploy user on its servers:`,
        `  ${publicKey}`,
      ]),
    ];
  },
});

interface Result extends ReturnType<typeof foundOf> {
  readonly changes: ReturnType<typeof changeOf>[];
  readonly done: { readonly title: string; readonly refused: string | null }[];
  readonly newKeys: { readonly environment: string; readonly publicKey: string }[];
  readonly refused: SetupResult["limits"][number][];
  /** What ended the work before its end. */
  readonly failure?: WherryError;
}

function resultOf(found: Survey, made: SetupResult | undefined): Result {
  const done = made?.done ?? [];
  const kept = done.flatMap(({ change, refused }) =>
    change.kind === "secret" && refused === undefined ? [`${change.environment} ${change.name}`] : [],
  );
  return {
    ...foundOf(found),
    changes: found.changes.map(changeOf),
    done: done.map(({ change, refused }) => ({ title: `${change.verb} ${change.title}`, refused: refused ?? null })),
    // Only keys that GitHub has: of any other the private half is gone.
    newKeys: found.newKeys
      .filter(({ environment }) => kept.includes(`${environment} WHERRY_SSH_KEY`))
      .map((key) => ({ ...key })),
    refused: (made?.limits ?? []).map((limit) => ({ ...limit })),
    ...(made?.error === undefined ? {} : { failure: made.error }),
  };
}

function reviewerName(text: string): string {
  if (!/^[\w-]+(?:\/[\w.-]+)?$/.test(text)) throw new Error("a user such as ada, or a team such as acme/ops");
  return text;
}
