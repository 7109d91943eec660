import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { Deployment, SmallApp } from "../helpers/small-app.ts";

interface Result extends Deployment {
  readonly servers: readonly { readonly server: string; readonly outcome: string }[];
}

interface Status {
  readonly live: { readonly id: string };
  readonly servers: readonly { readonly server: string; readonly live: string | null; readonly error: string | null }[];
}

describe("an environment with three servers", () => {
  let servers: readonly [TestServer, TestServer, TestServer];
  let app: SmallApp;
  const outcomes = ({ servers: all }: Result): readonly string[] => all.map(({ outcome }) => outcome);
  const live = async (): Promise<readonly (string | null)[]> =>
    (await app.wherry(["status", "--json"])).json<Status>().servers.map((one) => one.live);

  beforeAll(async () => {
    servers = [await server({ warm: true }), await server({ disk: "small" }), await server({ warm: true })];
    app = smallApp(servers, {
      app: "three",
      address: `[${servers.map(({ address }) => `deploy@${address}`).join(", ")}]`,
      extra: "servers_at_once: 2\n",
    });
  });
  afterAll(async () => {
    app.remove();
    await Promise.all(servers.map((one) => one.remove()));
  });

  test("the same release goes to all, and back on all", { timeout: 300_000 }, async () => {
    const first = (await app.deploy()) as Result;
    expect(outcomes(first)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(await live()).toEqual(Array.from({ length: 3 }, () => first.release.id));
    app.commit({ "version.txt": "2\n" });
    const second = (await app.deploy()) as Result;
    expect(await live()).toEqual(Array.from({ length: 3 }, () => second.release.id));
    const back = (await app.rollback()) as Result;
    expect(outcomes(back)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(await live()).toEqual(Array.from({ length: 3 }, () => first.release.id));
  });

  test("a full disk on the second is seen before any of them is touched", { timeout: 120_000 }, async () => {
    const before = await live();
    await servers[1].fillDisk(200e6);
    app.commit({ "version.txt": "3\n" });
    const refused = await app.wherry(["deploy", "--json"]);
    await servers[1].freeDisk();
    expect(refused.exitCode).toBe(4);
    expect(refused.json<{ error: object }>().error).toMatchObject({
      code: "disk-full",
      message: expect.stringContaining(servers[1].address) as string,
    });
    expect(await live()).toEqual(before);
  });

  test(
    "one that fails in the middle leaves each with one whole release, says which, and the next deployment converges",
    { timeout: 180_000 },
    async () => {
      const [old] = await live();
      // Nobody can look whether the new version is healthy there.
      const rule = ["OUTPUT", "-p", "tcp", "--syn", "--dport", "3000", "-j", "REJECT"];
      await servers[1].exec(["iptables", "-I", ...rule]);
      const settings = readFileSync(join(app.folder, "wherry.yaml"), "utf8");
      app.commit({ "version.txt": "4\n", "wherry.yaml": settings.replace("servers_at_once: 2", "servers_at_once: 1") });
      const result = await app.wherry(["deploy", "--json"]);
      const stopped = result.json<Result>();
      expect(result.exitCode).toBe(5);
      expect(outcomes(stopped)).toEqual(["succeeded", "failed_before_traffic", "not_begun"]);
      expect(stopped.error?.message).toContain(servers[1].address);
      expect(stopped.error?.context?.join("\n")).toContain(`not begun, and as they were: deploy@${servers[2].address}`);
      expect(await live()).toEqual([stopped.release.id, old, old]);

      await servers[1].exec(["iptables", "-D", ...rule]);
      const converged = (await app.deploy()) as Result;
      expect(await live()).toEqual(Array.from({ length: 3 }, () => converged.release.id));
    },
  );

  test("one that cannot be reached is named, and nothing is touched", { timeout: 120_000 }, async () => {
    const before = await live();
    await servers[2].cutNetwork();
    const refused = await app.wherry(["deploy", "--json"]);
    const seen = (await app.wherry(["status", "--json"])).json<Status>();
    await servers[2].healNetwork();
    expect(refused.exitCode).toBe(4);
    expect(refused.json<{ error: object }>().error).toMatchObject({ code: "unreachable" });
    expect(seen.servers[2]?.error).not.toBeNull();
    expect(await live()).toEqual(before);
  });
});
