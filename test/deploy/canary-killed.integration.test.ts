import { expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import { killedAfter, onceFree } from "../helpers/killed.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";

const services = `
  web:
    route: APP.test
    port: 3000
    health: { path: /healthz, interval: 500ms, deadline: 20s }
    drain: 5s`;

test(
  "a canary killed at any step goes on with deploy, promote or abort, and no request is lost",
  { timeout: 900_000 },
  async () => {
    const one = await server({ warm: true });
    const extra = `strategy:
  canary: { steps: [20], every: 1s }
  watch: { for: 1s, min_requests: 5, wait: 5s }
`;
    const app = smallApp(one, { app: "stubborn", services, extra });
    try {
      await app.deploy();
      const traffic = await app.traffic({ rate: 60 });

      for (const [index, steps] of [6, 8, 9, 10, 11, 12, 13, 15].entries()) {
        const before = await app.version();
        const version = `after-${steps}`;
        const verb = ["promote", "abort", "deploy"][index % 3] ?? "deploy";
        app.commit({ "version.txt": `${version}\n` });
        await app.wherry(["deploy"], killedAfter(steps));
        const result = await onceFree(app, verb);

        // Without a canary there is nothing to promote or to abort: the killed deployment was before it, or behind.
        const told = result.exitCode === 0 || result.stdout.includes('"no-canary"');
        expect(told, `${verb} after ${steps} steps: ${result.exitCode} ${result.stdout}${result.stderr}`).toBe(true);
        const { canary, lock } = (await app.wherry(["status", "--json"])).json<{
          canary: object | null;
          lock: object | null;
        }>();
        expect({ canary, lock }, `${verb} after ${steps} steps`).toEqual({ canary: null, lock: null });
        expect([before, version], `${verb} after ${steps} steps`).toContain(await app.version());

        if (verb !== "deploy") expect((await onceFree(app, "deploy")).exitCode).toBe(0);
        expect(await app.version()).toBe(version);
        const format = '{{.Label "wherry.service"}} {{.State}}';
        const { stdout } = await one.exec([
          "docker",
          "ps",
          "-a",
          "--filter",
          "label=wherry.app=stubborn",
          "--format",
          format,
        ]);
        expect(stdout.trim().split("\n").toSorted()).toEqual(["data running", "web running", "worker running"]);
      }
      const report = await traffic.stop();
      expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0, errors: [] });
    } finally {
      app.remove();
      await one.remove();
    }
  },
);
