import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { fakeBw, fakeOp } from "./fake-programs.ts";
import { fakeVault } from "./vault.ts";

/** Way -> what is recognised of its value, however it is quoted. */
const marks = Object.fromEntries(
  ["environment", "file", "age", "1password", "bitwarden", "vault"].map((way) => [
    way,
    `m${randomBytes(9).toString("hex")}`,
  ]),
);
const valueOf = (way: string): string => `k"n'o$w/n %${marks[way]}`;
const nameOf = (way: string): string => `KNOWN_${way.toUpperCase()}`;
const fileOf = (way: string): string => `known_${way}`;
const ways = Object.keys(marks);

const compose = `services:
  web:
    build: .
    environment: { PASSWORD_FILE: /run/secrets/known_file }
    secrets: [${ways.map(fileOf).join(", ")}]
secrets:
${ways.map((way) => `  ${fileOf(way)}: { environment: ${nameOf(way)} }`).join("\n")}
`;

let one: TestServer;
let app: SmallApp | undefined;
beforeAll(async () => {
  one = await server({ warm: true });
});
afterAll(async () => {
  app?.remove();
  await one?.remove();
});

/** All command lines of this machine while something happens; those of the test server are among them. */
async function commandLines(during: () => Promise<void>): Promise<string> {
  const watch = spawn("sh", ["-c", "while sleep 0.05; do ps -ww -eo args; done"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const seen = text(watch.stdout);
  await during();
  watch.kill();
  return seen;
}

test("a value that was set in any way is in its file in the container, and nowhere else", async () => {
  const [bin, identity, vault] = [temporaryFolder(), await generateX25519Identity(), await fakeVault()];
  const calls = [fakeOp(bin), fakeBw(bin)];
  const recipient = await identityToRecipient(identity);
  const made = smallApp(one, {
    app: "shop",
    env: {
      PATH: `${bin}:${process.env["PATH"]}`,
      WHERRY_AGE_KEY: identity,
      VAULT_TOKEN: vault.token,
      [nameOf("environment")]: valueOf("environment"),
    },
    files: {
      "compose.yaml": compose,
      ".gitignore": "/.wherry/secrets.*.env*\n",
      "wherry.yaml": `app: shop
secrets_from:
  - environment
  - file
  - age: { recipients: { ada: ${recipient} } }
  - 1password: { vault: team }
  - bitwarden: {}
  - vault: { address: "${vault.address}" }
services: { web: { route: shop.test, port: 3000, health: { path: /healthz, interval: 500ms }, drain: 1s } }
environments: { production: { server: deploy@${one.address} } }
`,
    },
  });
  app = made;
  const outputs: string[] = [];
  const run = async (args: readonly string[], input = ""): Promise<void> => {
    const result = await made.wherry(args, { input });
    outputs.push(result.stdout, result.stderr);
    expect(result.exitCode, `${args.join(" ")}: ${result.stderr}`).toBe(0);
  };
  const shell = async (script: string): Promise<string> => (await one.exec(["sh", "-c", script])).stdout;

  const lines = await commandLines(async () => {
    for (const way of ways.slice(1)) await run(["secrets", "set", nameOf(way), "--to", way], valueOf(way));
    made.commit({});
    await run(["plan", "--verbose"]);
    await run(["deploy", "--verbose"]);
    await run(["deploy", "--json"]);
    for (const line of ["status --json", "history --json", "logs", "config", "secrets list", "secrets diff --json"])
      await run(line.split(" "));
    const failed = await made.wherry(["exec", "web", "--", "false"]);
    outputs.push(failed.stdout, failed.stderr);
  });

  const container = (await shell("docker ps -q --filter label=wherry.service=web")).trim().split("\n")[0] ?? "";
  for (const way of ways)
    expect(await shell(`docker exec ${container} cat /run/secrets/${fileOf(way)}`)).toBe(valueOf(way));

  const state = "/home/deploy/.local/state/wherry";
  const images = "$(docker image ls -q | sort -u)";
  const places: Readonly<Record<string, string>> = {
    "standard output and error": outputs.join("\n"),
    "command lines": lines,
    "arguments of other programs": calls.flatMap((list) => list()).join("\n"),
    "docker inspect": await shell(`docker inspect $(docker ps -aq) ${images}`),
    "the history of images": await shell(`for one in ${images}; do docker history --no-trunc "$one"; done`),
    "logs of containers": await shell("for one in $(docker ps -aq); do docker logs $one 2>&1; done"),
    "the server's journal": await shell("journalctl --no-pager -o cat"),
    "ledger, records and everything else that the server keeps": await shell(
      `grep -rhaE '${Object.values(marks).join("|")}' ${state} --exclude-dir=secrets || :`,
    ),
    "git objects": execFileSync("git", ["cat-file", "--batch-all-objects", "--batch"], {
      cwd: made.folder,
      maxBuffer: 2 ** 28,
    }).toString("latin1"),
    "layers of the app's image": await shell(
      `docker save $(docker inspect -f '{{.Image}}' ${container}) | grep -oaE '${Object.values(marks).join("|")}' || :`,
    ),
  };
  for (const [place, seen] of Object.entries(places)) {
    for (const way of ways) {
      expect(seen.includes(marks[way] ?? "?"), `${way} in ${place}`).toBe(false);
      expect(
        seen.includes(Buffer.from(valueOf(way)).toString("base64").slice(0, 24)),
        `${way}, base64, in ${place}`,
      ).toBe(false);
    }
  }
  expect(lines).toContain("wherry.cjs deploy");
  // Other users of the server do not get to the files that containers mount.
  const kept = (await shell(`find ${state} -path '*/secrets/known_*' -type f`)).trim().split("\n");
  expect(kept.length).toBeGreaterThanOrEqual(ways.length);
  const strangers = await one.exec(["cat", ...kept], { user: "nobody" });
  expect(strangers).toMatchObject({ exitCode: 1, stdout: "" });
  // On this machine only the source that is in the clear by choice, and out of git.
  expect(execFileSync("grep", ["-rlE", "m[0-9a-f]{18}", join(made.folder, ".wherry")], { encoding: "utf8" })).toBe(
    `${made.folder}/.wherry/secrets.production.env\n`,
  );
});
