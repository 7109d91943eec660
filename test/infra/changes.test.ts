import { describe, expect, test } from "vitest";
import { changesOf as changesIn, lateVolumes, PlanDocument } from "../../src/infra/changes.ts";
import { digitalocean } from "../../src/infra/digitalocean/index.ts";
import { hetzner } from "../../src/infra/hetzner/index.ts";
import { errorsIn, programError } from "../../src/infra/program.ts";

const change = (type: string, actions: readonly string[], before: object | null, after: object | null) => ({
  address: `${type}.${type.endsWith("_volume") ? "data" : "app"}["shop-production-1"]`,
  mode: "managed",
  type,
  index: "shop-production-1",
  change: { actions, before, after },
});

const changesOf = (document: PlanDocument, present: Parameters<typeof changesIn>[1] = [], { resources } = hetzner) =>
  changesIn(document, present, resources);

const plan = (...changes: readonly object[]) => PlanDocument.parse({ resource_changes: changes });

const server = { name: "shop-production-1", server_type: "cx23", location: "nbg1" };

describe("a plan in words", () => {
  test("what stays as it is, and what is only looked up, is not told", () => {
    const looked = { ...change("hcloud_location", ["read"], null, {}), mode: "data" };
    expect(changesOf(plan(change("hcloud_server", ["no-op"], server, server), looked))).toEqual([]);
  });

  test("a server that is made anew loses the data on its disk", () => {
    const replaced = plan(change("hcloud_server", ["delete", "create"], server, { ...server, location: "fsn1" }));
    expect(changesOf(replaced)).toMatchObject([
      {
        action: "replace",
        losesData: true,
        details: ["location: nbg1 -> fsn1"],
        what: "server shop-production-1 (cx23 in fsn1)",
      },
    ]);
  });

  describe.each([
    { provider: hetzner, marked: (id: string) => ({ labels: { "wherry.volume": id } }), unmarked: { labels: null } },
    {
      provider: digitalocean,
      marked: (id: string) => ({ tags: ["wherry:shop:production", `wherry:volume:${id}`] }),
      unmarked: { tags: ["wherry:shop:production"] },
    },
  ])("volumes at $provider.title", ({ provider, marked, unmarked }) => {
    const { server: serverType, volume: volumeType } = provider.resources;
    const volume = { address: `${volumeType}.data["shop-production-1"]`, mode: "managed", type: volumeType };
    const present = [{ ...volume, values: { id: "17" } }];
    const removal = (values: object) => plan(change(serverType, ["delete"], { ...server, ...values }, null));

    test("a server that was made with its volume goes without a loss", () => {
      const [gone] = changesOf(removal(marked("17")), present, provider);
      expect(gone).toMatchObject({ losesData: false, warning: expect.stringContaining("its volume stays") as string });
    });

    test("a volume that came later, or is another one than the first boot mounted, protects nothing", () => {
      for (const values of [unmarked, marked("16"), {}]) {
        const [gone] = changesOf(removal(values), present, provider);
        expect(gone).toMatchObject({ losesData: true, warning: expect.stringContaining("no mark") as string });
      }
      expect(changesOf(removal(marked("17")), [], provider)).toMatchObject([{ losesData: true }]);
    });

    test("a volume that goes with its server is not said to stay", () => {
      const both = plan(
        change(serverType, ["delete"], { ...server, ...marked("17") }, null),
        change(volumeType, ["delete"], { id: "17" }, null),
      );
      expect(changesOf(both, present, provider)).toMatchObject([
        { warning: expect.stringContaining("its volume goes as well") as string },
        { losesData: true },
      ]);
    });

    const planned = (...actions: readonly string[]) => {
      const before = actions[0] === "create" ? null : server;
      return plan(change(serverType, actions, before, server), change(volumeType, ["create"], null, {}));
    };
    const warningIn = (document: PlanDocument) =>
      changesOf(document, [], provider).find(({ type }) => type === volumeType)?.warning;

    test.each([[["no-op"]], [["update"]]])("a volume is late for a server that stays (%s)", (actions) => {
      const document = planned(...actions);
      expect(lateVolumes(document, provider.resources)).toEqual(["shop-production-1"]);
      expect(warningIn(document)).toContain("it would stay empty");
    });

    test.each([[["create"]], [["delete", "create"]]])(
      "a volume is in time for a server that is made (%s)",
      (actions) => {
        const document = planned(...actions);
        expect(lateVolumes(document, provider.resources)).toEqual([]);
        expect(warningIn(document)).toBeUndefined();
      },
    );
  });

  test("a volume that goes is data that goes", () => {
    const gone = plan(change("hcloud_volume", ["delete"], { name: "data", size: 20, location: "nbg1" }, null));
    expect(changesOf(gone)).toMatchObject([
      { action: "destroy", losesData: true, what: "volume data (20 GB in nbg1)" },
    ]);
  });

  test("another type of a server is a power-off, and said so", () => {
    const [resized] = changesOf(plan(change("hcloud_server", ["update"], server, { ...server, server_type: "cx33" })));
    expect(resized).toMatchObject({ action: "change", details: ["server_type: cx23 -> cx33"], losesData: false });
    expect(resized?.warning).toContain("the power is cut");
  });

  test("what is taken in and changed at once is told like a change", () => {
    const takenIn = (actions: readonly string[], after: object) => {
      const one = change("hcloud_server", actions, server, after);
      return changesOf(plan({ ...one, change: { ...one.change, importing: { id: "1" } } }));
    };
    expect(takenIn(["update"], { ...server, server_type: "cx33", backups: true })).toMatchObject([
      {
        action: "adopt",
        details: ["server_type: cx23 -> cx33", "backups: none -> true"],
        warning: expect.stringContaining("the power is cut") as string,
      },
    ]);
    expect(takenIn(["no-op"], server)).toMatchObject([{ action: "adopt", details: [], warning: undefined }]);
  });
});

describe("errors of the program", () => {
  const result = (stderr: string) => ({ stdout: "", stderr, exitCode: 1, signal: undefined, timedOut: false });

  test("a token that is refused comes with the command that keeps another one", () => {
    const program = { name: "tofu", provider: hetzner, environment: "production" } as const;
    const { hint } = programError(program, "plan", result("unable to authenticate (unauthorized)"));
    expect(hint).toMatch(/export HCLOUD_TOKEN=\.\.\., .*wherry secrets set HCLOUD_TOKEN -e production$/);
  });

  test("the frame around them is taken away", () => {
    expect(errorsIn("noise\n╷\n│ Error: no such thing (not_found)\n│ \n│   with hcloud_server.app\n╵\n")).toEqual([
      "Error: no such thing (not_found)",
      "  with hcloud_server.app",
    ]);
  });

  test.each([
    ["error during placement (resource_unavailable, 7f)", "out-of-stock"],
    [
      'API request failed\n\n  with hcloud_zone_rrset.ipv4["www"],\n\nrrset with this name and type already exists (uniqueness_error)',
      "dns-name-taken",
    ],
    [
      `API request failed\n\n  with hcloud_zone_rrset.ipv4["www"],\n\nzone 'example.org' not found (not_found)`,
      "no-zone",
    ],
    [
      `stopped\n\n  with hcloud_zone_rrset.ipv4["www"]\n\nError: server name is already used (uniqueness_error)`,
      "name-taken",
    ],
    ["server name is already used (uniqueness_error)", "name-taken"],
    ["limit reached (rate_limit_exceeded)", "rate-limited"],
    ["unable to authenticate (unauthorized)", "token-refused"],
    ["something else", "apply-failed"],
  ])("%s is told as %s", (said, code) => {
    expect(
      programError({ name: "tofu", provider: hetzner, environment: "production" }, "apply", result(`│ Error: ${said}`)),
    ).toMatchObject({
      code,
      exit: "failed",
    });
  });
});
