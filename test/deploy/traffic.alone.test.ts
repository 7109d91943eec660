import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

describe("traffic through many deployments", () => {
  let one: TestServer;
  let app: SmallApp;
  beforeAll(async () => {
    one = await server({ warm: true });
    // Five rollbacks go five releases back.
    app = smallApp(one, { extra: "keep: 7\n" });
  });
  afterAll(async () => {
    app.remove();
    await one.remove();
  });

  test("20 deployments and 5 rollbacks in a row lose no request at 200 a second", { timeout: 600_000 }, async () => {
    await app.deploy();
    const traffic = await app.traffic({
      slow: { path: "/slow?ms=3000", every: 1 },
      sockets: { path: "/ws", count: 3 },
    });

    const versions: string[] = [];
    const roundTrips: number[] = [];
    for (let version = 2; version <= 21; version += 1) {
      app.commit({ "version.txt": `${version}\n` });
      roundTrips.push((await app.deploy()).roundTrips);
      versions.push(await app.version());
    }
    for (let back = 0; back < 5; back += 1) {
      roundTrips.push((await app.rollback()).roundTrips);
      versions.push(await app.version());
    }
    const report = await traffic.stop();

    const expected = [...Array.from({ length: 20 }, (_, i) => String(i + 2)), ..."20 19 18 17 16".split(" ")];
    expect(versions).toEqual(expected);
    expect(Math.max(...roundTrips)).toBeLessThanOrEqual(4);
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0, errors: [] });
    expect(report.sent).toBeGreaterThan(5000);
    // A WebSocket has no end of its own: it stays until the drain limit, once per deployment; then the app closes it.
    expect(report.sockets.closedByServer).toBeLessThanOrEqual(25 * 3);
    expect(report.sockets.broken).toBe(0);
    expect(report.sockets.refused).toBe(0);
  });
});
