import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../src/core/index.ts";
import { openSources } from "../../src/secrets/sources/open.ts";
import { loadSettings } from "../../src/config/index.ts";
import { noCompose } from "../compose/helpers.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { fakeBw, fakeOp } from "./fake-programs.ts";
import { fakeProgram, secretsApp } from "./helpers.ts";
import type { SecretsApp } from "./helpers.ts";
import { fakeVault } from "./vault.ts";

const password = `pa$$ 'w' "o" \`r\` d&%2F é`;
const key = "-----BEGIN KEY-----\nabcdefghijklmnop\nqrstuvwxyz012345\n-----END KEY-----\n";

interface Place {
  readonly app: SecretsApp;
  /** Arguments of every program that was started for it. */
  readonly calls: () => readonly string[];
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  file: async () => ({ app: secretsApp({ from: "  - file" }), calls: () => [] }),
  age: async () => {
    const identity = await generateX25519Identity();
    const recipient = await identityToRecipient(identity);
    const from = `  - age: { recipients: { ada: ${recipient} } }`;
    return { app: secretsApp({ from, env: { WHERRY_AGE_KEY: identity } }), calls: () => [] };
  },
  "1password": async () => {
    const bin = temporaryFolder();
    return { app: programApp(bin, "  - 1password: { vault: team }"), calls: fakeOp(bin) };
  },
  bitwarden: async () => {
    const bin = temporaryFolder();
    return { app: programApp(bin, "  - bitwarden: {}"), calls: fakeBw(bin) };
  },
  vault: async () => {
    const vault = await fakeVault();
    const from = `  - vault: { address: "${vault.address}" }`;
    return { app: secretsApp({ from, env: { VAULT_TOKEN: vault.token } }), calls: () => [] };
  },
};

function programApp(bin: string, from: string): SecretsApp {
  return secretsApp({ from, env: { PATH: `${bin}:${process.env["PATH"]}` } });
}

describe.each(Object.keys(places))("secrets in %s", (kind) => {
  const open = (): Promise<Place> => places[kind]?.() ?? Promise.reject(new Error(kind));

  test.skipIf(noCompose !== undefined)(
    "reach what is deployed, and are in no output, argument or error",
    { timeout: 60_000 },
    async () => {
      const { app, calls } = await open();
      const outputs: string[] = [];
      const run = async (args: readonly string[], input = ""): Promise<void> => {
        for (const flags of [[], ["--json"]]) {
          const result = await app.secrets([...args, ...flags], { input });
          expect(result).toMatchObject({ exitCode: 0 });
          outputs.push(result.stdout + result.stderr);
        }
      };
      await run(["set", "APP_PASSWORD"], `${password}\n`);
      await run(["set", "API_TOKEN"], key);
      await run(["list"]);
      for (const line of [
        ["check"],
        ["config", "-e", "production"],
        ["plan", "-e", "nowhere"],
        ["secrets", "get", "APP_PASSWORT"],
      ])
        outputs.push(...Object.values(await app.wherry(line)).map(String));

      const deployed = await app.deployed();
      // With `$` doubled for compose.
      expect(deployed).toContain(`PASSWORD: ${password.replaceAll("$", () => "$$")}\n`);
      expect(deployed).toContain(key);
      for (const seen of [...outputs, ...calls()]) {
        for (const value of [password, "qrstuvwxyz012345", Buffer.from(password).toString("base64").slice(0, 16)])
          expect(seen).not.toContain(value);
      }
    },
  );

  test("are read back as they were, and forgotten when they are removed", async () => {
    const { app } = await open();
    expect(await app.secrets(["set", "APP_PASSWORD"], { input: password })).toMatchObject({ exitCode: 0 });
    expect(await app.secrets(["set", "API_TOKEN"], { input: key })).toMatchObject({ exitCode: 0 });
    expect(await app.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({ exitCode: 0, stdout: password });
    expect(await app.secrets(["get", "API_TOKEN", "--reveal"])).toMatchObject({ exitCode: 0, stdout: key });

    expect(await app.secrets(["remove", "API_TOKEN", "--yes"])).toMatchObject({ exitCode: 0 });

    expect(await app.secrets(["get", "API_TOKEN", "--reveal"])).toMatchObject({ exitCode: 2, stdout: "" });
    expect(await app.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({ stdout: password });
  });

  test("are replaced by a random value that nobody sees, and what is left to do is said", async () => {
    const { app, calls } = await open();
    await app.secrets(["set", "APP_PASSWORD"], { input: password });
    const rotated = await app.secrets(["rotate", "APP_PASSWORD", "--later"]);
    expect(rotated).toMatchObject({ exitCode: 0 });
    expect(rotated.stdout).toContain("wherry deploy -e production");
    const { stdout: value } = await app.secrets(["get", "APP_PASSWORD", "--reveal"]);
    expect(value).toMatch(/^[\w-]{43}$/);
    for (const seen of [rotated.stdout, ...calls()]) expect(seen).not.toContain(value);
  });
});

test("1password is written by standard input alone, with fields that it conceals", async () => {
  const bin = temporaryFolder();
  const calls = fakeOp(bin);
  const app = programApp(bin, "  - 1password: { vault: team, account: acme }");
  await app.secrets(["set", "APP_PASSWORD"], { input: password });
  await app.secrets(["set", "API_TOKEN"], { input: key });
  expect(calls().map((line) => JSON.parse(line) as unknown)).toContainEqual([
    "item",
    "create",
    "--vault",
    "team",
    "--account",
    "acme",
    "-",
  ]);
  const stored = JSON.parse(execFileSync("cat", [join(bin, "op.json")], { encoding: "utf8" })) as { fields: unknown[] };
  expect(stored.fields).toContainEqual({ label: "APP_PASSWORD", type: "CONCEALED", value: password });
});

test("what a program says when it fails is shown, and how to go on", async () => {
  const bin = temporaryFolder();
  fakeProgram(bin, "op", `fail("[ERROR] you are not currently signed in. " + "x");`);
  fakeProgram(bin, "bw", `fail("Vault is locked.");`);
  const onePassword = await programApp(bin, "  - 1password: { vault: team }").secrets(["get", "X", "--reveal"]);
  expect(onePassword).toMatchObject({ exitCode: 4, stdout: "" });
  expect(onePassword.stderr).toMatch(
    /op could not read the item shop production[\s\S]*not currently signed in[\s\S]*op signin/,
  );
  const bitwarden = await programApp(bin, "  - bitwarden: {}").secrets(["get", "X", "--reveal"]);
  expect(bitwarden.stderr).toMatch(/bw could not fetch the vault[\s\S]*Vault is locked[\s\S]*bw unlock/);
});

test("a program that is not installed is named", async () => {
  const app = secretsApp({ from: "  - pass: {}\n  - bitwarden: {}", env: { PATH: "/nowhere" } });
  const result = await app.secrets(["get", "X", "--reveal"]);
  expect(result).toMatchObject({ exitCode: 4 });
  expect(result.stderr).toContain("bw is needed for secrets_from, and is not on this machine");
});

test("a program's answer that cannot be understood is not quoted", async () => {
  const bin = temporaryFolder();
  fakeProgram(bin, "op", `process.stdout.write('{"fields": [{"label": "X", "value": "hunter2hunter2"');`);
  const result = await programApp(bin, "  - 1password: { vault: team }").secrets(["get", "X", "--reveal"]);
  expect(result.exitCode).toBe(4);
  expect(result.stderr).not.toContain("hunter2");
});

describe("vault", () => {
  test("keeps the keys of others, and asks for the version that it has read", async () => {
    const vault = await fakeVault({ OTHERS: "stays", PORT: 5432 });
    const app = secretsApp({ from: `  - vault: { address: "${vault.address}" }`, env: { VAULT_TOKEN: vault.token } });
    await app.secrets(["set", "APP_PASSWORD"], { input: "value" });
    expect(vault.stored()).toEqual({ OTHERS: "stays", PORT: 5432, APP_PASSWORD: "value" });
    expect(await app.secrets(["get", "PORT", "--reveal"])).toMatchObject({ stdout: "5432" });

    vault.changeBeforeNextWrite();
    const lost = await app.secrets(["set", "APP_PASSWORD"], { input: "later" });
    expect(lost.exitCode).toBe(4);
    expect(lost.stderr).toContain("somebody has changed it in this moment");
    expect(vault.stored()).toMatchObject({ APP_PASSWORD: "value" });
  });

  test("a deleted version is as none, and can be written over", async () => {
    const vault = await fakeVault({ APP_PASSWORD: "old" });
    vault.remove();
    const app = secretsApp({ from: `  - vault: { address: "${vault.address}" }`, env: { VAULT_TOKEN: vault.token } });
    expect((await app.secrets(["get", "APP_PASSWORD", "--reveal"])).exitCode).toBe(2);
    expect(await app.secrets(["set", "APP_PASSWORD"], { input: "new" })).toMatchObject({ exitCode: 0 });
    expect(vault.stored()).toEqual({ APP_PASSWORD: "new" });
  });

  test.each([
    ["a wrong token", { VAULT_TOKEN: "wrong-token-0123" }, "permission denied"],
    ["no token", {}, "has no token"],
  ])("%s is said, and not shown", async (_what, env, words) => {
    const vault = await fakeVault();
    const app = secretsApp({ from: `  - vault: { address: "${vault.address}" }`, env });
    const result = await app.secrets(["get", "X", "--reveal"]);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toContain(words);
    expect(result.stderr).not.toContain("wrong-token-0123");
  });

  test("is not asked without encryption across a network", async () => {
    const app = secretsApp({ from: "  - vault: { address: 'http://vault.example.com' }", env: { VAULT_TOKEN: "t" } });
    const result = await app.secrets(["get", "X", "--reveal"]);
    expect(result).toMatchObject({ exitCode: 4 });
    expect(result.stderr).toContain("do not cross a network in the clear");
  });

  test("an address where nobody answers, and one that is no vault, are said", async () => {
    const server = createServer((_request, response) => response.writeHead(502).end("<html>"));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const from = `  - vault: { address: "http://127.0.0.1:${port}" }`;
    const app = secretsApp({ from, env: { VAULT_TOKEN: "t" } });
    expect((await app.secrets(["get", "X", "--reveal"])).stderr).toContain(
      "the vault answers 502 to read secret/data/shop/production",
    );
    await new Promise((closed) => server.close(closed));
    const result = await app.secrets(["get", "X", "--reveal"]);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toContain("cannot be reached");
  });
});

const noPass = ["pass", "gpg"].find((program) => spawnSync(program, ["--version"]).status !== 0);
if (noPass !== undefined) console.warn(`skipped: pass with real gpg (${noPass} is not installed here)`);

test.skipIf(noPass !== undefined)("pass keeps values with real gpg, and brings them back as they were", async () => {
  const home = temporaryFolder();
  const env = { HOME: home, GNUPGHOME: join(home, "gnupg"), PASSWORD_STORE_DIR: join(home, "store") };
  const real = { ...process.env, ...env };
  mkdirSync(env.GNUPGHOME, { mode: 0o700 });
  const quiet = { env: real, stdio: "ignore" } as const;
  onTestFinished(() => void spawnSync("gpgconf", ["--kill", "all"], quiet));
  execFileSync(
    "gpg",
    ["--batch", "--passphrase", "", "--quick-generate-key", "ada@example.com", "default", "default"],
    quiet,
  );
  execFileSync("pass", ["init", "ada@example.com"], quiet);
  // As a person types it: with a line end behind it.
  execFileSync("pass", ["insert", "--echo", "shop/production/BY_HAND"], { env: real, input: "typed\n", stdio: "pipe" });

  const app = secretsApp({ from: "  - pass: {}", env });
  for (const [name, value] of [
    ["APP_PASSWORD", password],
    ["API_TOKEN", key],
  ] as const) {
    expect(await app.secrets(["set", name], { input: value })).toMatchObject({ exitCode: 0 });
    expect(await app.secrets(["get", name, "--reveal"])).toMatchObject({ stdout: value });
  }
  expect(await app.secrets(["get", "BY_HAND", "--reveal"])).toMatchObject({ stdout: "typed" });
  expect((await app.secrets(["list"])).stdout).toContain("pass (shop/production)");
  if (noCompose === undefined) expect(await app.deployed()).toContain(key);
  expect(await app.secrets(["remove", "API_TOKEN", "--yes"])).toMatchObject({ exitCode: 0 });
  expect((await app.secrets(["get", "API_TOKEN", "--reveal"])).exitCode).toBe(2);
});

test.skipIf(noCompose !== undefined)(
  "variables of the process and an imported file reach what is deployed, and no output",
  async () => {
    const app = secretsApp({ env: { APP_PASSWORD: password } });
    const outputs = [
      await app.secrets(["import", "-"], { input: `API_TOKEN='${key}'\n` }),
      await app.secrets(["list", "--json"]),
      await app.secrets(["set", "APP_PASSWORD", "--to", "environment"], { input: password }),
      await app.secrets(["diff", "--with", "nowhere"]),
    ];
    const deployed = await app.deployed();
    expect(deployed).toContain(`PASSWORD: ${password.replaceAll("$", () => "$$")}\n`);
    expect(deployed).toContain(key);
    for (const { stdout, stderr } of outputs) {
      expect(stdout + stderr).not.toContain(password);
      expect(stdout + stderr).not.toContain("qrstuvwxyz012345");
    }
  },
);

test("the first source that has a value wins, and later ones are asked only for the rest", async () => {
  const bin = temporaryFolder();
  const calls = fakeOp(bin);
  const env = { PATH: `${bin}:${process.env["PATH"]}`, APP_PASSWORD: "from the process", API_TOKEN: "" };
  const app = secretsApp({ from: "  - environment\n  - file\n  - 1password: { vault: team }", env });
  const set = await app.secrets(["set", "APP_PASSWORD"], { input: "from the file" });
  expect(set.stdout).toContain("environment has APP_PASSWORD too, and is asked first");
  await app.secrets(["set", "API_TOKEN"], { input: "from the file" });
  const settings = await loadSettings(app.ctx, { environment: "production" });
  const [environment, file] = openSources(app.ctx, settings);
  expect((await environment?.read(["APP_PASSWORD", "API_TOKEN"]))?.size).toBe(1);
  expect((await file?.read(["APP_PASSWORD"]))?.get("APP_PASSWORD")).toBeInstanceOf(Secret);
  expect(await app.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({ stdout: "from the process" });
  // Empty is what CI hands over for a secret that nobody has set.
  expect(await app.secrets(["get", "API_TOKEN", "--reveal"])).toMatchObject({ stdout: "from the file" });
  expect(calls()).toEqual([]);
});

test("the file is written for its user alone, beside what is there, and never where git would take it", async () => {
  const app = secretsApp({ files: { ".gitignore": "node_modules\n" } });
  const first = await app.secrets(["set", "APP_PASSWORD"], { input: "one" });
  expect(first.stdout).toContain(".gitignore has a new line");
  expect(app.read(".gitignore")).toBe("node_modules\n/.wherry/secrets.*.env*\n");
  expect(statSync(join(app.folder, ".wherry/secrets.production.env")).mode & 0o777).toBe(0o600);

  writeFileSync(join(app.folder, ".wherry/secrets.production.env"), "# mine\nOTHER='x y'\nAPP_PASSWORD=one\n");
  await app.secrets(["set", "APP_PASSWORD"], { input: "two" });
  expect(app.read(".wherry/secrets.production.env")).toBe("# mine\nOTHER='x y'\nAPP_PASSWORD=two\n");
});
