import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { Deployment, SmallApp } from "../helpers/small-app.ts";

const services = `
  web:
    route: APP.test
    port: 3000
    health: { path: /healthz, interval: 500ms, deadline: 6s }
    release: [node, job.js]
    drain: 5s`;

describe("a deployment that cannot succeed leaves the old release serving", () => {
  let one: TestServer;
  let app: SmallApp;
  beforeAll(async () => {
    one = await server({ disk: "small" });
    app = smallApp(one, { services });
    await app.deploy();
  });
  afterEach(async () => {
    if ((await app.version()) !== "1") throw new Error("the old release does not serve");
    app.commit({ "behaviour.txt": "fine\n", "version.txt": "1\n" });
  });
  afterAll(async () => {
    app.remove();
    await one.remove();
  });

  const history = async (): Promise<readonly { outcome: string; reason: string | null }[]> =>
    (await app.wherry(["history", "--json"])).json();

  test.each([
    ["never-healthy", "never-healthy", "503 on /healthz"],
    ["crashes", "crashed", "this version cannot start"],
    ["redirects", "redirected", "https://elsewhere.example/"],
    ["job-fails", "job-failed", "migration 7 failed"],
  ])("when the new one %s", async (behaviour, code, said) => {
    app.commit({ "behaviour.txt": `${behaviour}\n`, "version.txt": "bad\n" });

    const result = await app.wherry(["deploy", "--json"]);

    expect(result.exitCode).toBe(5);
    const { outcome, error } = result.json<Deployment>();
    expect(outcome).toBe("failed_before_traffic");
    expect(error?.code).toBe(code);
    expect(JSON.stringify(error)).toContain(said);
    expect((await history())[0]).toMatchObject({ outcome: "failed_before_traffic", reason: error?.message });
  });

  test("when a secret is missing, the server unknown or away, and nothing is touched", async () => {
    const lines = (await history()).length;
    const code = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
      const result = await app.wherry([...args, "--json"], { env });
      return [result.exitCode, result.json<{ error: { code: string } }>().error.code];
    };
    const config = readFileSync(one.sshConfig, "utf8");
    const empty = join(app.folder, ".git", "empty_ssh_config");
    writeFileSync(empty, config.replaceAll(/UserKnownHostsFile .*/g, "UserKnownHostsFile /dev/null"));
    const other = join(app.folder, ".git", "known_hosts");
    const key = "AAAAC3NzaC1lZDI1NTE5AAAAIGS9CFn0rGVPHFIxn5kHDxKs9WNFPC8kRVKNPwCDsbBV";
    writeFileSync(other, `${one.port === 22 ? one.address : `[${one.address}]:${one.port}`} ssh-ed25519 ${key}\n`);
    const changed = join(app.folder, ".git", "changed_ssh_config");
    writeFileSync(
      changed,
      `Host *\n  HostKeyAlgorithms ssh-ed25519\n${config.replaceAll(/UserKnownHostsFile .*/g, `UserKnownHostsFile ${other}`)}`,
    );
    const away = join(app.folder, ".git", "away_ssh_config");
    writeFileSync(away, config.replaceAll(/HostName .*/g, "HostName 127.0.0.250"));

    expect(await code(["deploy"], { APP_PASSWORD: "" })).toEqual([4, "missing-secret"]);
    expect(await code(["deploy"], { WHERRY_SSH_CONFIG: empty })).toEqual([4, "host-key-unknown"]);
    expect(await code(["deploy"], { WHERRY_SSH_CONFIG: changed })).toEqual([4, "host-key-changed"]);
    expect(await code(["deploy"], { WHERRY_SSH_CONFIG: away })).toEqual([4, "unreachable"]);
    expect(await code(["rollback", "--to", "nonsense"], {})).toEqual([2, "unknown-release"]);
    expect((await history()).length).toBe(lines);
  });

  test("when its name or its route belongs to another app, or what it is made of is not committed", async () => {
    const thief = smallApp(one, { services });
    const neighbour = smallApp(one, { app: "neighbour", services: services.replaceAll("APP", "small") });
    const code = async (who: SmallApp) => {
      const result = await who.wherry(["deploy", "--json"]);
      return [result.exitCode, result.json<{ error: { code: string } }>().error.code];
    };

    thief.commit({ "other.txt": "another history\n" });
    expect(await code(thief)).toEqual([4, "other-repository"]);
    expect(await code(neighbour)).toEqual([4, "route-taken"]);
    app.write({
      "compose.yaml":
        readFileSync(join(app.folder, "compose.yaml"), "utf8").replace("redis:8", "redis:8 ") + "# changed\n",
    });
    expect(await code(app)).toEqual([4, "uncommitted"]);
    thief.remove();
    neighbour.remove();
  });

  test("when the disk is full", async () => {
    app.commit({ "version.txt": "2\n" });
    await one.fillDisk(200e6);

    const result = await app.wherry(["deploy", "--json"]);
    await one.freeDisk();

    expect(result.exitCode).toBe(4);
    expect(result.json<Deployment>().error?.code).toBe("disk-full");
  });

  test("when the network is cut in the middle of a transfer, and goes on from there", async () => {
    app.commit({ "version.txt": "2\n", "big.txt": randomBytes(45e6).toString("base64") });
    const result = await app.wherry(["deploy"], {
      onStart(child) {
        child.stderr?.on("data", (chunk: Buffer) => {
          if (String(chunk).includes("ok prepare the server")) void one.cutNetwork();
        });
      },
    });
    await one.healNetwork();

    expect([4, 5]).toContain(result.exitCode);
    expect(result.stderr).toContain("connection to");
    expect(await app.version()).toBe("1");
    let again = await app.wherry(["deploy", "--json"]);
    for (let attempt = 0; again.exitCode === 7 && attempt < 40; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      again = await app.wherry(["deploy", "--json"]);
    }
    expect(again.exitCode === 0 ? "" : again.stdout).toBe("");
    expect(await app.version()).toBe("2");
    expect((await history()).some(({ outcome }) => outcome === "cancelled")).toBe(true);
    app.commit({ "version.txt": "1\n", "big.txt": "" });
    await app.deploy();
  });
});
