import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { git } from "../helpers/git.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const run = promisify(execFile);

/** Everything that a shell, printf, YAML, JSON, compose or an env file would read as its own. */
const odd =
  "- a'b\"c $HOME ${HOME} $$ `touch /tmp/pwned` $(touch /tmp/pwned) ; touch /tmp/pwned\n" +
  "EOF\n%s %d%n \\n \\\\ \\' \\\" {{.ID}} ${x:-y} #x: =!y & | > < * ~ \t ünï 😀 \u2028 end\\ ";
const marker = `marked${randomBytes(6).toString("hex")}`;
const secret = `${marker} ${odd}\nlast line\n`;
/** Without spaces and the few characters that git forbids in names. */
const oddName = "odd/$(touch${IFS}/tmp/pwned);`touch`'\"%s&|>ü😀!#";
const oddUser = "Ada $(touch /tmp/pwned) `touch /tmp/pwned`; touch /tmp/pwned 'x' \"y\" \\n %s ü😀 end";

/** As a string of YAML in a compose file, where `$` starts a variable. YAML folds U+2028 as it does a line break. */
const inCompose = (text: string): string =>
  JSON.stringify(text.replaceAll("$", "$$$$")).replaceAll("\u2028", String.raw`\u2028`);

const compose = `
services:
  web:
    build: .
    command: [node, server.js, ${inCompose(odd)}]
    environment:
      DIRECT: ${inCompose(odd)}
      FROM_VALUES: \${ODD}
      WITHIN: "<\${ODD}>"
      PASSWORD: \${APP_PASSWORD}
    labels: { odd: ${inCompose(odd)} }
    secrets: [app_password]
    configs: [{ source: odd, target: /etc/odd }, { source: mixed, target: /etc/mixed }]
  worker:
    build: .
    command: [node, worker.js, "\${ODD}"]
    healthcheck: { test: [CMD, node, -e, "process.exit(0)", --, ${inCompose(odd)}], interval: 1s }
configs:
  odd: { content: ${inCompose(odd)} }
  mixed: { content: "<\${APP_PASSWORD}>\${ODD}" }
secrets:
  app_password: { environment: APP_PASSWORD }
`;

const readBack = `
const { readFileSync } = require("node:fs");
const { DIRECT, FROM_VALUES, WITHIN, PASSWORD } = process.env;
const file = (path) => readFileSync(path, "utf8");
console.log(JSON.stringify({
  DIRECT, FROM_VALUES, WITHIN, PASSWORD,
  command: file("/proc/1/cmdline").split("\\0").find((word) => word.startsWith("-")),
  secret: file("/run/secrets/app_password"),
  config: file("/etc/odd"), mixed: file("/etc/mixed"),
  argument: process.argv[1],
}));`;

/** Looks at the arguments of all processes, again and again, until told to stop. */
function watchArguments(): () => Promise<readonly string[]> {
  const seen = new Set<string>();
  const end = new AbortController();
  const watching = (async () => {
    while (!end.signal.aborted) {
      for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        const line = argumentsOf(id);
        if (line.includes(marker)) seen.add(line.slice(0, 300));
      }
      await sleep(30);
    }
  })();
  return async () => {
    end.abort();
    await watching;
    return [...seen];
  };
}

function argumentsOf(processId: string): string {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // has ended
  }
}

describe("strings that mean something to a shell", () => {
  let one: TestServer;
  let app: SmallApp;
  let temporary: string;
  const outputs: [string, string][] = [];
  const argumentsSeen: string[] = [];

  /** In the server as root; what it prints. */
  const inServer = async (script: string): Promise<string> => (await one.exec(["sh", "-c", script])).stdout;
  const succeed = async (...args: readonly string[]): Promise<void> => {
    const result = await app.wherry(args);
    outputs.push([args.join(" "), result.stdout + result.stderr]);
    if (result.exitCode !== 0) throw new Error(`wherry ${args[0]}: ${result.stdout}${result.stderr}`);
  };

  beforeAll(async () => {
    rmSync("/tmp/pwned", { force: true });
    temporary = mkdtempSync(join(tmpdir(), "w-"));
    one = await server({ warm: true });
    app = smallApp(one, {
      app: "strings",
      files: { "compose.yaml": compose },
      extra: `values: { ODD: ${JSON.stringify(odd)} }\n`,
      env: { APP_PASSWORD: secret, TMPDIR: temporary },
    });
    git(app.folder, "checkout", "--quiet", "-b", oddName);
    git(app.folder, "tag", `${oddName}-tag`);
    git(app.folder, "config", "user.name", oddUser);
  });
  afterAll(async () => {
    app?.remove();
    rmSync(temporary, { recursive: true, force: true });
    await one?.remove();
  });

  test("are deployed and rolled back", async () => {
    const stop = watchArguments();
    // The pattern is written so that it does not find the process that looks.
    const pattern = `[${marker[0]}]${marker.slice(1)}`;
    const watched = inServer(
      `until [ -e /run/stop-watching ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -ao '${pattern}'; sleep 0.05; done`,
    );
    try {
      await succeed("plan", "--verbose");
      await succeed("deploy", "--verbose");
      app.commit({ "version.txt": "2\n" });
      await succeed("deploy", "--json", "--verbose");
      for (const command of ["plan", "status", "history"]) {
        for (const flags of [["--json"], ["--verbose"]]) await succeed(command, ...flags);
      }
      await succeed("logs", "--verbose");
      await succeed("rollback", "--json", "--verbose");
    } finally {
      await inServer("touch /run/stop-watching");
      argumentsSeen.push(...(await stop()), ...(await watched).split("\n").filter((line) => line !== ""));
    }
  });

  test("arrive in containers byte for byte", async () => {
    const result = await app.wherry(["exec", "web", "--", "node", "-e", readBack, "--", odd]);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.json()).toEqual({
      DIRECT: odd,
      FROM_VALUES: odd,
      WITHIN: `<${odd}>`,
      PASSWORD: secret,
      command: odd,
      secret,
      config: odd,
      mixed: `<${secret}>${odd}`,
      argument: odd,
    });
  });

  test("arrive in a container for one command", async () => {
    const script =
      "const { DIRECT, PASSWORD } = process.env; console.log(JSON.stringify([DIRECT, PASSWORD, process.argv[1]]))";
    const result = await app.wherry(["run", "web", "--", "node", "-e", script, "--", odd]);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.json()).toEqual([odd, secret, odd]);
  });

  test("arrive in labels, commands and health checks", async () => {
    const found = await inServer("docker inspect $(docker ps -q --filter label=wherry.app=strings)");
    const containers = JSON.parse(found) as {
      Config: { Labels: Record<string, string>; Cmd: string[]; Healthcheck?: { Test: string[] } };
    }[];
    const of = (service: string) =>
      containers.find(({ Config }) => Config.Labels["wherry.service"] === service)?.Config;
    expect(of("web")?.Labels["odd"]).toBe(odd);
    expect(of("worker")?.Cmd).toEqual(["node", "worker.js", odd]);
    expect(of("worker")?.Healthcheck?.Test).toEqual(["CMD", "node", "-e", "process.exit(0)", "--", odd]);
  });

  test("arrive in the ledger", async () => {
    const history = (await app.wherry(["history", "--json"])).json<{ who: { name: string }; outcome: string }[]>();
    expect(history.map(({ who, outcome }) => [who.name, outcome])).toEqual(
      ["rollback", "second", "first"].map(() => [oddUser, "succeeded"]),
    );
  });

  test("are run nowhere", async () => {
    expect(existsSync("/tmp/pwned")).toBe(false);
    expect(await inServer("ls /tmp")).not.toContain("pwned");
    expect((await app.wherry(["exec", "web", "--", "ls", "-a", "/tmp"])).stdout).not.toContain("pwned");
    expect((await app.wherry(["exec", "worker", "--", "ls", "-a", "/tmp"])).stdout).not.toContain("pwned");
  });

  test("a secret is in no output", () => {
    expect(outputs.length).toBeGreaterThan(9);
    for (const [command, output] of outputs) {
      expect([command, output]).not.toEqual([command, ""]);
      expect([command, output.includes(marker)]).toEqual([command, false]);
    }
  });

  test("a secret is in no arguments of a process, here or on the server", () => {
    expect(argumentsSeen).toEqual([]);
  });

  test("a secret is in no image", async () => {
    const told = await inServer(
      "for i in $(docker image ls -q); do docker history --no-trunc $i; docker inspect $i; done",
    );
    expect(told).toContain("wherry");
    expect(told.includes(marker)).toBe(false);
    const { stdout: ids } = await run("docker", ["image", "ls", "--quiet"]);
    const images = [...new Set(ids.split("\n").filter((id) => id !== ""))];
    // An image of another test may go at any moment: then the others are told all the same.
    const inspected = await run("docker", ["image", "inspect", ...images], { maxBuffer: 2 ** 28 }).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(inspected.stdout.includes(marker)).toBe(false);
  });

  test("a secret is in no file that others can reach", async () => {
    const files = await inServer(
      `grep -rlsa ${marker} /var/lib/wherry /etc /home /root /srv /tmp /var/log /var/tmp /run --exclude-dir=docker --exclude-dir=containerd`,
    );
    const { folder } = (await app.wherry(["server", "status", "--json"])).json<{ folder: string }>();
    const holding = files.split("\n").filter((line) => line !== "");
    expect(holding.some((path) => path.startsWith(`${folder}/`))).toBe(true);
    for (const path of holding) {
      const parents = path
        .split("/")
        .slice(1, -1)
        .map((_, i, all) => `/${all.slice(0, i + 1).join("/")}`);
      const modes = (await inServer(`stat -c %a ${parents.map((parent) => `'${parent}'`).join(" ")}`))
        .trim()
        .split("\n");
      expect([path, ...modes]).toContain("700");
    }
    expect((await one.exec(["ls", folder], { user: "nobody" })).exitCode).not.toBe(0);
    const ledger = await inServer(`find ${folder} -name 'ledger*' -exec cat {} +`);
    expect(ledger).toContain("succeeded");
    expect(ledger.includes(marker)).toBe(false);
  });

  test("a secret stays in no file here", async () => {
    const { stdout } = await run("grep", ["-rlsa", marker, temporary, app.folder]).catch(() => ({ stdout: "" }));
    expect(stdout).toBe("");
  });
});
