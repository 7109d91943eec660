import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt, run } from "../../scripts/engine/run.ts";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { writeFiles } from "../helpers/temporary.ts";
import { read } from "./helpers.ts";
import { stack } from "./stack.ts";
import type { Stack } from "./stack.ts";

/** Programs of the set, by service; `mithril-client` is called by a script of the template. */
const programs: Readonly<Record<string, string>> = {
  "cardano-node": "cardano-node",
  "cardano-node-mithril": "mithril-client",
  "cardano-submit-api": "cardano-submit-api",
  ogmios: "ogmios",
  kupo: "kupo",
  "cardano-db-sync": "cardano-db-sync",
  "cardano-wallet": "cardano-wallet",
  blockfrost: "blockfrost",
};
const image = (program: string, version = 1): string => `wherry-catalog-standin-${program}:${process.pid}-${version}`;

function imagesFor(...services: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    services.map((name) => [name, name.endsWith("-postgres") ? "postgres:17" : image(programs[name] ?? name)]),
  );
}

const built: string[] = [];

beforeAll(async () => {
  await ensureBaseImages(["node:24-slim", "postgres:17"], console.log);
  for (const program of Object.values(programs)) await build(program, 1);
  await build("cardano-node", 2);
});

afterAll(async () => {
  await attempt(["docker", "rmi", "--force", ...built]);
});

async function build(program: string, version: number): Promise<void> {
  const name = image(program, version);
  const given = ["--build-arg", `STANDIN=${program}`, "--build-arg", `VERSION=${version}`];
  await run(["docker", "build", "--quiet", "--tag", name, ...given, resolve(import.meta.dirname, "../apps/cardano")]);
  built.push(name);
}

describe("the Cardano set is wired together, up to the point that needs the network", () => {
  test("from an empty server: the snapshot, then the node, then all that wait for it, each healthy", async () => {
    const services = [...Object.keys(programs), "cardano-db-sync-postgres"];
    const words = ["mithril", "cardano-submit-api", "kupo", "cardano-db-sync", "cardano-wallet", "blockfrost"];
    const chain = await stack({ entry: "cardano-node", network: "preprod", with: words }, imagesFor(...services));

    await chain.up();

    const states = Object.fromEntries(services.map((name) => [name, stateOf(chain, name)]));
    expect(states).toEqual({
      ...Object.fromEntries(services.map((name) => [name, "healthy"])),
      "cardano-node-mithril": "exited 0",
      // It has no program for a check.
      blockfrost: "running",
    });
    expect(await chain.compose("logs", "--no-log-prefix", "cardano-node-mithril")).toContain("restored a snapshot");
    expect(await inNode(chain, "ls /data/db")).toContain("from-mithril");
    expect(await chain.compose("logs", "--no-log-prefix", "cardano-node")).toContain("start 1: opened at once");
    for (const name of ["ogmios", "cardano-submit-api", "cardano-db-sync", "cardano-wallet"])
      expect(await chain.compose("logs", "--no-log-prefix", name)).toContain("connected to a node on preprod");
    for (const name of services) expect(chain.inspect(name).Config.Env.join("\n")).not.toContain("correct-horse");
    expect(await until(() => chain.compose("logs", "--no-log-prefix", "blockfrost"), /listens on 3000/)).toBe(true);

    // Once more: the job has nothing to do, and nothing else is made anew.
    const started = chain.inspect("cardano-node").State.StartedAt;
    await chain.up();
    expect(chain.inspect("cardano-node").State.StartedAt).toBe(started);
    expect(await chain.compose("logs", "--no-log-prefix", "cardano-node-mithril")).toContain("nothing to do");
  });

  test("a node of another version gets the database of the one before, which was given the time to close it", async () => {
    const chain = await stack({ entry: "ogmios", network: "preview" }, imagesFor("cardano-node", "ogmios"));
    await chain.up();
    await inNode(chain, "echo kept > /data/db/block-1");

    chain.use({ ...imagesFor("ogmios"), "cardano-node": image("cardano-node", 2) });
    await chain.up();

    const logs = await chain.compose("logs", "--no-log-prefix", "cardano-node");
    expect(logs).toContain("start 2: opened at once");
    expect(logs).toContain("cardano-node 2 listens");
    expect(await inNode(chain, "cat /data/db/block-1")).toBe("kept\n");
    expect(stateOf(chain, "ogmios")).toBe("healthy");
  });

  test("another network means another database, and the first one stays", async () => {
    const chain = await stack({ entry: "cardano-node", network: "preview" }, imagesFor("cardano-node"));
    await chain.up();
    const dotenv = read(chain.folder, ".env");

    writeFiles(chain.folder, { ".env": dotenv.replace("preview", "preprod") });
    await chain.up();
    expect(await inNode(chain, "cat /data/db/starts /data/db/protocolMagicId")).toBe("11");

    writeFiles(chain.folder, { ".env": dotenv });
    await chain.up();
    expect(await inNode(chain, "cat /data/db/starts /data/db/protocolMagicId")).toBe("22");
    writeFiles(chain.folder, { ".env": dotenv.replace("preview", "preprod") });
    await chain.compose("down", "--volumes", "--timeout", "1");
    writeFiles(chain.folder, { ".env": dotenv });
  });

  test("a snapshot that broke off half-way is not taken for a database", async () => {
    const chain = await stack(
      { entry: "cardano-node", network: "mainnet", with: ["mithril"] },
      imagesFor("cardano-node", "cardano-node-mithril"),
    );
    await chain.compose(
      "run",
      "--rm",
      "--no-deps",
      "--entrypoint",
      "sh",
      "cardano-node-mithril",
      "-c",
      "mkdir -p /data/db/immutable",
    );

    await expect(chain.up()).rejects.toThrow(/holds half of something/);

    await chain.compose(
      "run",
      "--rm",
      "--no-deps",
      "--entrypoint",
      "sh",
      "cardano-node-mithril",
      "-c",
      "rm -r /data/db/immutable",
    );
    await chain.up();
    expect(stateOf(chain, "cardano-node")).toBe("healthy");
  });
});

function stateOf(chain: Stack, service: string): string {
  const { Status, Health, ExitCode } = chain.inspect(service).State;
  if (Status === "exited") return `exited ${ExitCode}`;
  return Health?.Status ?? Status;
}

function inNode(chain: Stack, words: string): Promise<string> {
  return chain.compose("exec", "-T", "cardano-node", "sh", "-c", words);
}

async function until(ask: () => Promise<string>, wanted: RegExp): Promise<boolean> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) if (wanted.test(await ask())) return true;
  return false;
}
