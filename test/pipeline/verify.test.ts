import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { components } from "@octokit/openapi-types";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../cli/helpers.ts";
import { verify } from "../../src/cli/commands/pipeline/verify.ts";
import { actions, verifyActions } from "../../src/pipeline/index.ts";
import type { PinnedAction, VerifiedAction } from "../../src/pipeline/index.ts";
import { createContext } from "../../src/system/index.ts";

type Schemas = components["schemas"];

/** One repository of the fake, in the words of GitHub's own description. */
interface FakeAction {
  readonly ref?: Pick<Schemas["git-ref"], "object">;
  readonly tag?: Pick<Schemas["git-tag"], "object">;
  readonly release?: Pick<Schemas["release"], "published_at">;
  readonly status?: number;
}

async function fake(answers: Readonly<Record<string, FakeAction>>): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const [, name = "", below = ""] = /^\/repos\/([^/]+\/[^/]+)(\/.*)$/.exec(pathname) ?? [];
    const found = answers[name];
    const body = below.startsWith("/git/ref/tags/v")
      ? found?.ref
      : below.startsWith("/git/tags/")
        ? found?.tag
        : below.startsWith("/releases/tags/v")
          ? found?.release
          : undefined;
    response.writeHead(found?.status ?? (body === undefined ? 404 : 200)).end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const commit = "a".repeat(40);
const object = (type: string, sha: string): { readonly object: Schemas["git-ref"]["object"] } => ({
  object: { type, sha, url: "" },
});
const tagObject = (sha: string): Pick<Schemas["git-tag"], "object"> => ({ object: { type: "commit", sha, url: "" } });
const pin = (action: string): PinnedAction => ({
  action,
  version: "v1.2.3",
  commit,
  seen: { on: "2026-11-01", source: "a test" },
});
const now = new Date("2026-11-25T12:00:00Z");
const old = { published_at: "2026-08-01T00:00:00Z" };

async function verified(
  answers: Readonly<Record<string, FakeAction>>,
  names = Object.keys(answers),
): Promise<readonly VerifiedAction[]> {
  const env = { GITHUB_API_URL: await fake(answers), GITHUB_TOKEN: "token" };
  const { clock, ...rest } = createContext({ env });
  return verifyActions({ ...rest, clock: { ...clock, now: () => now } }, names.map(pin), 7);
}

describe("pinned actions", () => {
  test("are good where the tag, also an annotated one, stands at the commit and is old enough", async () => {
    const found = await verified({
      "actions/plain": { ref: object("commit", commit), release: old },
      "actions/annotated": { ref: object("tag", "b".repeat(40)), tag: tagObject(commit), release: old },
    });
    expect(found.map(({ verdict, days }) => [verdict, days])).toEqual([
      ["good", 116],
      ["good", 116],
    ]);
  });

  test("have moved where the tag stands elsewhere, whatever their age", async () => {
    const elsewhere = "c".repeat(40);
    const found = await verified({
      "actions/plain": { ref: object("commit", elsewhere), release: old },
      // The hash of the tag's own object is no commit: who pins it has pinned nothing.
      "actions/annotated": { ref: object("tag", commit), tag: tagObject(elsewhere), release: old },
    });
    expect(found.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ["moved", `the tag stands at ${elsewhere}`],
      ["moved", `the tag stands at ${elsewhere}`],
    ]);
  });

  test("are too young for so many days, to the day", async () => {
    const found = await verified({
      "actions/young": { ref: object("commit", commit), release: { published_at: "2026-11-18T12:00:01Z" } },
      "actions/week": { ref: object("commit", commit), release: { published_at: "2026-11-18T12:00:00Z" } },
    });
    expect(found.map(({ verdict, days }) => [verdict, days])).toEqual([
      ["too young", 6],
      ["good", 7],
    ]);
  });

  test("are unknown where GitHub does not say all of it", async () => {
    const found = await verified(
      {
        "actions/no-release": { ref: object("commit", commit) },
        "actions/draft": { ref: object("commit", commit), release: { published_at: null } },
        "actions/odd": { ref: object("tree", commit), release: old },
        "actions/forbidden": { status: 403 },
      },
      ["actions/no-release", "actions/draft", "actions/odd", "actions/forbidden", "actions/gone"],
    );
    expect(found.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 5 }, () => "unknown"));
  });

  test("of the table have a whole commit, a version and a day each", () => {
    for (const { action, version, commit: pinned, seen } of actions) {
      expect({ action, version, pinned, on: seen.on }).toEqual({
        action: expect.stringMatching(/^[\w-]+\/[\w-]+$/),
        version: expect.stringMatching(/^v\d+\.\d+\.\d+$/),
        pinned: expect.stringMatching(/^[0-9a-f]{40}$/),
        on: expect.stringMatching(/^2026-\d\d-\d\d$/),
      });
    }
  });
});

describe("wherry pipeline verify", () => {
  const table = (change: (pinned: PinnedAction) => FakeAction): Readonly<Record<string, FakeAction>> =>
    Object.fromEntries(actions.map((one) => [one.action, change(one)]));
  const exitCode = async (answers: Readonly<Record<string, FakeAction>> | undefined): Promise<number> => {
    const url = answers === undefined ? "http://127.0.0.1:1" : await fake(answers);
    const env = { GITHUB_API_URL: url, GITHUB_TOKEN: "token" };
    return (await run(["pipeline verify", "--json"].join(" ").split(" "), { "pipeline verify": verify }, { env }))
      .exitCode;
  };

  test("ends with 0 where all is good, 8 where a tag has moved, 4 where nobody answers", async () => {
    expect(await exitCode(table((one) => ({ ref: object("commit", one.commit), release: old })))).toBe(0);
    expect(
      await exitCode(
        table((one) => ({
          ref: object("commit", one.action === "actions/checkout" ? commit : one.commit),
          release: old,
        })),
      ),
    ).toBe(8);
    expect(
      await exitCode(
        table((one) =>
          one.action === "actions/checkout" ? { status: 500 } : { ref: object("commit", one.commit), release: old },
        ),
      ),
    ).toBe(4);
    expect(await exitCode(undefined)).toBe(4);
  });
});
