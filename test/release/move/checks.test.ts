import { describe, expect, test } from "vitest";
import type { Settings } from "../../../src/config/index.ts";
import { checkArchitecture, checkNewServer, journeyOf, liveRelease } from "../../../src/release/move/checks.ts";
import { checkMoved, checkServer } from "../../../src/release/preflight.ts";
import { parseState } from "../../../src/release/state.ts";
import { record, serverWith } from "../helpers.ts";

const one = record("20261124-aa01");
const live = serverWith({ record: one, slot: "blue" });
const mark = {
  from: "deploy@192.0.2.1",
  to: "deploy@192.0.2.2",
  at: "2026-11-26T06:00:00Z",
  who: "ada",
  release: one.id,
};
const here = { kind: "ssh", host: "192.0.2.1", user: "deploy", port: undefined } as const;
const settings = {
  environment: "production",
  server: here,
  servers: [here],
  preview: undefined,
} as unknown as Settings;

const codeOf = (use: () => unknown): string => {
  try {
    use();
    return "nothing";
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

describe("where an environment can move", () => {
  const journey = (to: string, more: object = {}, address?: string) =>
    journeyOf({ ...settings, ...more }, { to, address });

  test("is any server that ssh reaches, and its address is that of visitors unless another one is said", () => {
    expect(journey("root@192.0.2.2:2222")).toMatchObject({
      target: { host: "192.0.2.2", port: 2222 },
      address: "192.0.2.2",
    });
    expect(journey("deploy@192.0.2.2", {}, "203.0.113.9").address).toBe("203.0.113.9");
    // A name of ssh_config is no name for DNS.
    expect(journey("new-server").address).toBeUndefined();
  });

  test("is not this machine, not where it is, and not one of several", () => {
    expect(codeOf(() => journey("local"))).toBe("bad-address");
    expect(codeOf(() => journey("-oProxyCommand=x"))).toBe("bad-address");
    expect(codeOf(() => journey("deploy@192.0.2.1"))).toBe("same-server");
    expect(codeOf(() => journey("deploy@192.0.2.2", { servers: [here, here] }))).toBe("cannot-move");
    expect(codeOf(() => journey("deploy@192.0.2.2", { server: { kind: "local" } }))).toBe("cannot-move");
    // Its address is in the releases of those that reach it there.
    expect(codeOf(() => journey("deploy@192.0.2.2", { stack: "data", address: "10.0.0.2" }))).toBe("cannot-move");
  });
});

describe("what may move", () => {
  test("is a live release without a canary, of which no move waits for its confirmation", () => {
    expect(liveRelease(live, "old", "production").id).toBe(one.id);
    const code = (more: object): string => codeOf(() => liveRelease({ ...live, ...more }, "old", "production"));
    expect(code({ live: undefined })).toBe("nothing-live");
    expect(code({ canary: { slot: "green", release: "x", share: 10 } })).toBe("canary");
    expect(code({ marks: { movedFrom: mark } })).toBe("not-confirmed");
  });

  test("never comes over data that is on the new server", () => {
    const check = (state: object, volumes: readonly string[] = []): string =>
      codeOf(() =>
        checkNewServer(one, { state: { ...serverWith(undefined), ...state }, volumes, from: mark.from }, "new"),
      );
    expect(check({})).toBe("nothing");
    expect(check({}, ["shop-production_data"])).toBe("already-there");
    expect(check({ live: { slot: "blue", release: one.id } })).toBe("already-there");
    // What an earlier try of this very move left there is no data of anybody.
    expect(check({ marks: { arriving: mark } }, ["shop-production_data"])).toBe("nothing");
    expect(check({ marks: { arriving: { ...mark, from: "deploy@192.0.2.7" } } })).toBe("other-move");
    expect(check({ routesTaken: new Map([["shop.test/", "blog-production"]]) })).toBe("route-taken");
  });

  test("runs the very same images there", () => {
    const arm = { ...live, engine: { version: "29", os: "linux", architecture: "arm64" } };
    expect(codeOf(() => checkArchitecture(live, arm, "new"))).toBe("other-architecture");
    expect(codeOf(() => checkArchitecture(live, live, "new"))).toBe("nothing");
  });
});

describe("a server that was moved away from", () => {
  test("says so, and refuses deployments with where to go", () => {
    const state = parseState(`moved ${JSON.stringify(mark)}\nmoved-from ${JSON.stringify({ ...mark, from: "a" })}`);
    expect(state.marks).toMatchObject({ moved: mark, movedFrom: { from: "a" } });
    expect(codeOf(() => checkMoved(state, "old"))).toBe("moved-away");
    expect(codeOf(() => checkServer({ ...live, marks: { moved: mark } }, "old"))).toBe("moved-away");
    expect(parseState("").marks).toEqual({});
  });
});
