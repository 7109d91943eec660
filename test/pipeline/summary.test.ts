import { describe, expect, test } from "vitest";
import { summaryText } from "../../src/pipeline/index.ts";
import type { DeploymentSummary } from "../../src/pipeline/index.ts";

const line: NonNullable<DeploymentSummary["line"]> = {
  version: 1,
  id: "1",
  app: "shop",
  environment: "production",
  stack: "default",
  kind: "release",
  release: "20261125-3f2a",
  previous: "20261124-91bc",
  services: [],
  commit: "3f2a91bc",
  previousCommit: "91bc3f2a",
  branch: null,
  tag: "PROD-1.2.0",
  who: { name: "ada", bot: false },
  from: "ci",
  planned: true,
  attemptOf: null,
  fixes: [],
  rollbackOf: null,
  queued: "2026-11-25T12:00:00Z",
  started: "2026-11-25T12:00:00Z",
  traffic: null,
  verified: null,
  finished: "2026-11-25T12:00:14Z",
  clockOffset: 0,
  outcome: "succeeded",
  failedStep: null,
  reason: null,
};
const summary: DeploymentSummary = {
  environment: "production",
  stack: undefined,
  line,
  commits: ["3f2a91b Faster search"],
  back: "start the workflow **Roll back** with the environment production",
};

describe("the summary of a deployment", () => {
  test("says what is live, what came with it, and how to go back", () => {
    expect(summaryText(summary).join("\n")).toMatchInlineSnapshot(`
      "## production

      - **Live**: release \`20261125-3f2a\` (release), 14 s
      - Commit \`3f2a91bc\`
      - Before: release \`20261124-91bc\`

      What came with it:

          3f2a91b Faster search

      To go back: start the workflow **Roll back** with the environment production, or run

          wherry rollback -e production --to 20261124-91bc
      "
    `);
  });

  test("words of others stay text: no line of a commit's subject begins a heading, a fence or a picture", () => {
    const commits = ["a ``` b", "b # x", "c ![x](https://example.com)\u001b[31m\r# y"];
    const lines = summaryText({ ...summary, commits });
    for (const one of lines.filter((text) => /``` b|# x|example\.com|# y/.test(text)))
      expect(one).toMatch(/^ {4}[^\r\u001b]*$/);
  });

  test("a deployment that failed offers no way back: the release before still serves", () => {
    const failed = { ...line, outcome: "failed_before_traffic", failedStep: "verify.3" } as const;
    const text = summaryText({ ...summary, line: failed }).join("\n");
    expect(text).toContain("**failed before traffic**");
    expect(text).toContain("Failed at: `verify.3`");
    expect(text).not.toContain("wherry rollback");
  });

  test("an environment without deployments says so", () => {
    expect(summaryText({ ...summary, line: undefined, commits: undefined })).toContain(
      "Nothing was deployed here yet.",
    );
  });
});
