import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(root, ".quickstart");

/** Builds two images twice, on a machine that may do something else meanwhile. */
const longest = 15 * 60_000;

test(
  "the quickstart loses no request and keeps the data; --down leaves nothing of it, and everything else",
  { timeout: longest },
  async ({ skip }) => {
    const reason = await whyNot();
    skip(reason !== undefined, reason);
    const bystander = startBystander();
    const before = everything();
    onTestFinished(() => {
      if (existsSync(folder)) quickstart("--down");
    });

    const up = quickstart();
    const down = quickstart("--down");

    expect(up).toMatchObject({ exitCode: 0 });
    expect(up.output).toContain("version 1.0.0");
    expect(up.output).toContain("version 1.0.1");
    expect(up.output).toMatch(/\b[1-9]\d* requests sent, 0 lost, 0 answered with an error\./);
    expect(up.output).toContain("still in the shop");
    expect(up.output).toContain("http://shop.localhost");
    expect(down).toMatchObject({ exitCode: 0 });
    const after = everything();
    expect(after.filter((thing) => !before.includes(thing) && !isBaseImage(thing))).toEqual([]);
    expect(after).toEqual(expect.arrayContaining([...bystander]));
    expect(existsSync(folder)).toBe(false);
  },
);

/** It uses this machine's engine and port 80, as it would for a developer. */
async function whyNot(): Promise<string | undefined> {
  if (existsSync(folder)) return "a quickstart is there already: npm run quickstart -- --down";
  const proxy = docker("ps", "--filter", "label=wherry.role=proxy", "--format", "{{.Names}}");
  if (proxy.length === 0 && !(await isFree(80))) return "something else listens on port 80 of this machine";
  return undefined;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.once("error", () => settle(false));
    server.listen(port, () => server.close(() => settle(true)));
  });
}

function quickstart(...flags: readonly string[]): { readonly exitCode: number | null; readonly output: string } {
  const options = { cwd: root, encoding: "utf8", timeout: longest } as const;
  const { status, stdout, stderr } = spawnSync("npm", ["run", "quickstart", "--", ...flags], options);
  const output = `${stdout}${stderr}`;
  // What a failed expectation shows of it is cut short.
  if (status !== 0) console.log(output);
  return { exitCode: status, output };
}

/** A container, a volume and a network of somebody else, for the time of the test. */
function startBystander(): readonly string[] {
  const name = `wherry-test-bystander-${process.pid}`;
  docker("volume", "create", name);
  docker("network", "create", name);
  docker("run", "--detach", "--name", name, "--network", name, "--volume", `${name}:/data`, "nginx:1.28");
  onTestFinished(() => {
    docker("rm", "--force", name);
    docker("network", "rm", name);
    docker("volume", "rm", name);
  });
  return [`container ${name}`, `volume ${name}`, `network ${name}`];
}

/** Everything that the engine has, by name. */
function everything(): readonly string[] {
  const kinds = {
    container: ["ps", "--all", "--format", "{{.Names}}"],
    volume: ["volume", "ls", "--format", "{{.Name}}"],
    network: ["network", "ls", "--format", "{{.Name}}"],
    image: ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"],
  };
  return Object.entries(kinds).flatMap(([kind, args]) => docker(...args).map((name) => `${kind} ${name}`));
}

/** They stay for the next time; the output says so. */
function isBaseImage(thing: string): boolean {
  return /^image (debian|node|nginx|mongo|haproxy):/.test(thing);
}

function docker(...args: readonly string[]): readonly string[] {
  return execFileSync("docker", args, { encoding: "utf8" })
    .split("\n")
    .filter((line) => line !== "");
}
