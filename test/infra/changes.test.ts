import { describe, expect, test } from "vitest";
import { changesOf as changesIn, PlanDocument } from "../../src/infra/changes.ts";
import { hetzner } from "../../src/infra/hetzner/index.ts";
import { errorsIn, programError } from "../../src/infra/program.ts";

const change = (type: string, actions: readonly string[], before: object | null, after: object | null) => ({
  address: `${type}.app["shop-production-1"]`,
  mode: "managed",
  type,
  index: "shop-production-1",
  change: { actions, before, after },
});

const changesOf = (document: PlanDocument, present: readonly string[]) =>
  changesIn(document, present, hetzner.resources);

const plan = (...changes: readonly object[]) => PlanDocument.parse({ resource_changes: changes });

const server = { name: "shop-production-1", server_type: "cx23", location: "nbg1" };

describe("a plan in words", () => {
  test("what stays as it is, and what is only looked up, is not told", () => {
    const looked = { ...change("hcloud_location", ["read"], null, {}), mode: "data" };
    expect(changesOf(plan(change("hcloud_server", ["no-op"], server, server), looked), [])).toEqual([]);
  });

  test("a server that is made anew loses the data on its disk, unless there is a volume", () => {
    const replaced = plan(change("hcloud_server", ["delete", "create"], server, { ...server, location: "fsn1" }));
    expect(changesOf(replaced, [])).toMatchObject([
      {
        action: "replace",
        losesData: true,
        details: ["location: nbg1 -> fsn1"],
        what: "server shop-production-1 (cx23 in fsn1)",
      },
    ]);
    expect(changesOf(replaced, ['hcloud_volume.data["shop-production-1"]'])).toMatchObject([{ losesData: false }]);
  });

  test("a volume that goes is data that goes", () => {
    const gone = plan(change("hcloud_volume", ["delete"], { name: "data", size: 20, location: "nbg1" }, null));
    expect(changesOf(gone, [])).toMatchObject([
      { action: "destroy", losesData: true, what: "volume data (20 GB in nbg1)" },
    ]);
  });

  test("another type of a server is a power-off, and said so", () => {
    const [resized] = changesOf(
      plan(change("hcloud_server", ["update"], server, { ...server, server_type: "cx33" })),
      [],
    );
    expect(resized).toMatchObject({ action: "change", details: ["server_type: cx23 -> cx33"], losesData: false });
    expect(resized?.warning).toContain("the power is cut");
  });
});

describe("errors of the program", () => {
  const result = (stderr: string) => ({ stdout: "", stderr, exitCode: 1, signal: undefined, timedOut: false });

  test("the frame around them is taken away", () => {
    expect(errorsIn("noise\n╷\n│ Error: no such thing (not_found)\n│ \n│   with hcloud_server.app\n╵\n")).toEqual([
      "Error: no such thing (not_found)",
      "  with hcloud_server.app",
    ]);
  });

  test.each([
    ["error during placement (resource_unavailable, 7f)", "out-of-stock"],
    ["server name is already used (uniqueness_error)", "name-taken"],
    ["limit reached (rate_limit_exceeded)", "rate-limited"],
    ["unable to authenticate (unauthorized)", "token-refused"],
    ["something else", "apply-failed"],
  ])("%s is told as %s", (said, code) => {
    expect(programError({ name: "tofu", provider: hetzner }, "apply", result(`│ Error: ${said}`))).toMatchObject({
      code,
      exit: "failed",
    });
  });
});
