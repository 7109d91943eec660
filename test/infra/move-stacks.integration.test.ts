import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { move } from "../../src/cli/commands/infra/move.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import type { RunOptions, RunResult } from "../helpers/cli.ts";
import { addressOf, insteadOfDocker } from "../helpers/inside.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const compose = `services:
  web: { build: . }
  data: { image: "redis:8", volumes: ["data:/data"] }
volumes: { data: {} }
`;

/** One story: each test goes on from where the one before it ended. */
describe("an app with two stacks on one server that moves to another one", () => {
  let old: TestServer;
  let fresh: TestServer;
  let app: SmallApp;

  const yaml = (): string => readFileSync(join(app.folder, "wherry.yaml"), "utf8");
  const ask = (one: TestServer, host: string, path: string): Promise<string> =>
    new Promise((resolve) => {
      const options = { host: one.address, port: one.httpPort, path, headers: { host }, agent: false, timeout: 5000 };
      request(options, (response) => void text(response).then(resolve))
        .on("error", (error) => resolve(error.message))
        .end();
    });
  const infra = (flags: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
    app.wherry(["infra", "move", "-e", "production", ...flags, "--json"], { timeout: 280_000, ...options });
  const to = async (): Promise<readonly string[]> => [
    "--to",
    `deploy@${fresh.address}`,
    "--address",
    await addressOf(fresh),
  ];

  beforeAll(async () => {
    await ensureBaseImages(["redis:8", "haproxy:3.2"], () => {});
    [old, fresh] = await Promise.all([server({ warm: true }), server({ warm: true })]);
    app = smallApp([old, fresh], { app: "two" });
    const stack = (name: string): string => `  ${name}:
    compose: ${name}.yaml
    services: { web: { route: ${name}.test, port: 3000, health: { path: /healthz, interval: 500ms }, drain: 5s } }
`;
    app.commit({
      "desk.yaml": compose,
      "shop.yaml": compose,
      "wherry.yaml": `app: two
stacks:
${stack("desk")}${stack("shop")}environments:
  production:
    server: deploy@${old.address} # the first one
`,
    });
    await app.deploy();
    for (const name of ["desk", "shop"]) await ask(old, `${name}.test`, `/data?command=SET%20own%20${name}`);
  }, 300_000);
  afterAll(async () => {
    app?.remove();
    await Promise.all([old?.remove(), fresh?.remove()]);
  });

  test("is planned stack by stack", async () => {
    const result = await infra([...(await to()), "--plan"]);
    const plan = result.json<{ did: string; plans: readonly { stack: string; data: readonly object[] }[] }>();
    expect(move.schema?.safeParse(plan).error?.issues).toBeUndefined();
    expect(plan.plans.map(({ stack, data }) => [stack, data.length])).toEqual([
      ["desk", 1],
      ["shop", 1],
    ]);
  });

  test("moves one stack entirely before the next one, and said again goes on with the rest", async () => {
    let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
    // The copy takes so long that the proxy takes what was stopped for it out of service.
    const quick = await insteadOfDocker(
      fresh,
      '/usr/bin/docker "$@"; code=$?; [ "$1" != stop ] || sleep 4; exit $code',
    );
    const answers: Promise<string>[] = [];
    const looking = setInterval(() => answers.push(ask(fresh, "desk.test", "/data?command=GET%20own")), 100);
    const moving = infra([...(await to()), "--yes"], { onStart: (started) => (child = started) });
    await vi.waitFor(() => expect(yaml()).toContain(fresh.address), { timeout: 240_000, interval: 50 });
    child?.kill("SIGKILL");
    clearInterval(looking);
    await moving;
    await quick();
    const seen = await Promise.all(answers);
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.filter((body) => body.includes("No server is available"))).toEqual([]);
    // Each is served, and is deployed to where it is.
    expect(yaml()).toContain(`server: deploy@${old.address} # the first one
    stacks:
      desk:
        server: deploy@${fresh.address}
`);
    expect(await ask(fresh, "desk.test", "/data?command=GET%20own")).toContain("desk");
    expect(await ask(old, "desk.test", "/data?command=GET%20own")).toContain("desk");
    await vi.waitFor(async () => expect(await ask(old, "shop.test", "/data?command=GET%20own")).toContain("shop"), {
      timeout: 60_000,
    });

    const result = await infra([...(await to()), "--yes"]);
    if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
    expect(yaml()).toContain(`      shop:\n        server: deploy@${fresh.address}\n`);
    expect(await ask(fresh, "shop.test", "/data?command=GET%20own")).toContain("shop");
    const status = (await app.wherry(["status", "--json"])).json<{ stacks: readonly { server: string }[] }>();
    expect(status.stacks.map((one) => one.server)).toEqual([`deploy@${fresh.address}`, `deploy@${fresh.address}`]);
  });

  test("is confirmed, or comes back, stack by stack", async () => {
    const back = await infra(["--back", "--stack", "shop", "--yes"]);
    if (back.exitCode !== 0) throw new Error(back.stdout + back.stderr);
    expect(yaml()).toContain(`      shop:\n        server: deploy@${old.address}\n`);
    await vi.waitFor(async () => expect(await ask(old, "shop.test", "/data?command=GET%20own")).toContain("shop"), {
      timeout: 60_000,
    });
    const confirmed = await infra(["--confirm", "--stack", "desk", "--yes"]);
    if (confirmed.exitCode !== 0) throw new Error(confirmed.stdout + confirmed.stderr);
    const left = await old.exec(["docker", "ps", "-aq", "--filter", "label=wherry.app=two_desk"]);
    expect(left.stdout).toBe("");
    expect(await ask(old, "shop.test", "/data?command=GET%20own")).toContain("shop");
  });
});
