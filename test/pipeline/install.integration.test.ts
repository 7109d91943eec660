import { createHash } from "node:crypto";
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { wherryFiles } from "../../src/pipeline/wherry-package.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";

/** A package of the name wherry that leaves a trace when something of it runs while it is installed. */
function pack(): Buffer {
  const folder = temporaryFolder({
    "package.json": JSON.stringify({
      name: "wherry",
      version: "1.2.3",
      bin: { wherry: "dist/wherry.cjs" },
      scripts: { preinstall: "touch ran", postinstall: "touch ran" },
    }),
    "dist/wherry.cjs": "#!/usr/bin/env node\nconsole.log('1.2.3');\n",
  });
  const { stdout } = spawnSync("npm", ["pack", "--ignore-scripts", "--silent"], { cwd: folder, encoding: "utf8" });
  return readFileSync(`${folder}/${stdout.trim()}`);
}

async function registryWith(tarball: Buffer): Promise<string> {
  const server = createServer((request, response) => {
    const found = request.url === "/wherry/-/wherry-1.2.3.tgz";
    response.writeHead(found ? 200 : 404).end(found ? tarball : "{}");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** The step of generated workflows. */
async function install(
  integrity: string | undefined,
): Promise<{ readonly status: number | null; readonly folder: string; readonly said: string }> {
  const registry = await registryWith(pack());
  const folder = temporaryFolder();
  writeFiles(
    folder,
    Object.fromEntries(wherryFiles({ version: "1.2.3", integrity }).map(({ path, content }) => [path, content])),
  );
  const child = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: `${folder}/.github/wherry`,
    env: {
      ...process.env,
      npm_config_registry: registry,
      npm_config_cache: `${folder}/cache`,
      npm_config_fetch_retries: "0",
    },
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((ended) => child.on("close", ended));
  return { status, folder: `${folder}/.github/wherry`, said };
}

describe("Wherry in a pipeline, installed by npm", () => {
  test("is the package whose hash is written down, and nothing of it runs meanwhile", async () => {
    const integrity = `sha512-${createHash("sha512").update(pack()).digest("base64")}`;
    const { status, folder, said } = await install(integrity);
    expect(said).toBe("");
    expect(status).toBe(0);
    expect(spawnSync(`${folder}/node_modules/.bin/wherry`, { encoding: "utf8" }).stdout).toBe("1.2.3\n");
    expect(existsSync(`${folder}/node_modules/wherry/ran`)).toBe(false);
  });

  test("another package under the same version is refused, and so is one without a hash", async () => {
    const other = await install(`sha512-${"A".repeat(86)}==`);
    expect(other.said).toContain("EINTEGRITY");
    expect(other.status).not.toBe(0);
    const none = await install(undefined);
    expect(none.status).not.toBe(0);
    expect(existsSync(`${none.folder}/node_modules/wherry`)).toBe(false);
  });
});
