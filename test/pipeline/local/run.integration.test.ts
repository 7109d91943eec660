import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { ensureBaseImages } from "../../../scripts/standins/index.ts";
import { wherry } from "../../helpers/cli.ts";
import { repository } from "../../helpers/git.ts";

/** Its integration test asks the redis of the compose file, and waits where it is told to. */
const app = `local-run-${process.pid}`;
const files = (unit: string): Readonly<Record<string, string>> => ({
  "wherry.yaml": `app: ${app}\nservices: { web: { route: shop.example.com, port: 3000 } }\nenvironments: { production: { server: deploy@203.0.113.11 } }\n`,
  "compose.yaml": 'services:\n  web: { build: . }\n  cache: { image: "redis:8" }\n',
  Dockerfile: "FROM redis:8\nCOPY server.js /\n",
  "package.json": JSON.stringify({
    name: "shop",
    scripts: {
      start: "node server.js",
      lint: "node --check server.js",
      "test:unit": unit,
      "test:integration": "node ping.mjs",
    },
  }),
  "server.js": 'require("http").createServer((_, to) => to.end(process.env.REDIS_URL)).listen(3000);\n',
  "ping.mjs": `import { connect } from "node:net";
import { existsSync, writeFileSync } from "node:fs";
const { hostname, port } = new URL(process.env.REDIS_URL);
const socket = connect(Number(port), hostname, () => socket.write("PING\\r\\n"));
socket.on("data", (answer) => {
  if (!String(answer).startsWith("+PONG")) process.exit(1);
  console.log("redis says", String(answer).trim());
  if (!existsSync("wait")) process.exit(0);
  writeFileSync("waits", "");
  setTimeout(() => {}, 60_000);
});
`,
});

function containers(): string {
  const filter = `name=wherry-pipeline-${app}-`;
  return spawnSync("docker", ["ps", "--all", "--quiet", "--filter", filter], { encoding: "utf8" }).stdout.trim();
}

interface Ran {
  readonly passed: boolean;
  readonly stages: readonly { readonly id: string; readonly outcome: string; readonly log: readonly string[] }[];
}

describe("wherry pipeline run", () => {
  beforeAll(() => ensureBaseImages(["redis:8"], console.log));

  test("runs what CI would, beside a database of its own, shows what failed, and leaves nothing behind", async () => {
    const folder = repository(files("node -e \"console.error('one and one is three'); process.exit(3)\""));
    const result = await wherry(["pipeline", "run", "--json"], { cwd: folder });
    const { passed, stages } = result.json<Ran>();
    expect({ passed, exitCode: result.exitCode }).toEqual({ passed: false, exitCode: 8 });
    expect(stages.map(({ id, outcome }) => `${outcome} ${id}`)).toEqual([
      "passed lint-web",
      "failed unit-web",
      "passed integration-web",
      "passed check-production",
      "passed build-web",
    ]);
    expect(stages[1]?.log).toContain("one and one is three");
    expect(containers()).toBe("");
  });

  test("takes the databases away when it is interrupted", async () => {
    const folder = repository({ ...files("exit 0"), wait: "" });
    const result = await wherry(["pipeline", "run", "integration"], {
      cwd: folder,
      onStart: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(`${folder}/waits`)) return;
          clearInterval(timer);
          expect(containers()).not.toBe("");
          child.kill("SIGINT");
        }, 50);
      },
    });
    expect(result.exitCode).toBe(130);
    expect(containers()).toBe("");
  });

  test("deploys nothing of what is not committed, and nothing without an environment", async () => {
    const folder = repository({ ...files("exit 0") });
    const without = await wherry(["pipeline", "run", "deploy"], { cwd: folder });
    expect({ code: without.exitCode, said: without.stderr }).toMatchObject({
      code: 2,
      said: expect.stringContaining("say it with -e"),
    });
    spawnSync("touch", [`${folder}/more`]);
    const dirty = await wherry(["pipeline", "run", "deploy", "-e", "production"], { cwd: folder });
    expect(dirty.stderr).toContain("what is tested here is not what would be deployed");
  });
});
