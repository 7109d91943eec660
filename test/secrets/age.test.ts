import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/core/index.ts";
import { decryptValue, encryptValue } from "../../src/secrets/age/crypt.ts";
import { parseAgeDocument, renderAgeDocument } from "../../src/secrets/age/document.ts";
import { git } from "../helpers/git.ts";
import { secretsApp } from "./helpers.ts";
import type { SecretsApp } from "./helpers.ts";

const noAge = spawnSync("age", ["--version"]).status === 0 ? undefined : "age is not installed here";
if (noAge !== undefined) console.warn(`skipped: the program age opens what Wherry has closed (${noAge})`);

interface Pair {
  readonly key: string;
  readonly recipient: string;
}

async function pair(): Promise<Pair> {
  const key = await generateX25519Identity();
  return { key, recipient: await identityToRecipient(key) };
}

const file = "secrets.production.age.yaml";
const from = (readers: Readonly<Record<string, Pair>>): string =>
  `  - age:\n      recipients: { ${Object.entries(readers)
    .map(([name, { recipient }]) => `${name}: ${recipient}`)
    .join(", ")} }`;

function appFor(readers: Readonly<Record<string, Pair>>, key?: Pair): SecretsApp {
  return secretsApp({ from: from(readers), env: key === undefined ? {} : { WHERRY_AGE_KEY: key.key } });
}

/** The same app, after somebody has changed who may read. */
function rewrite(app: SecretsApp, readers: Readonly<Record<string, Pair>>): void {
  const text = app.read("wherry.yaml").replace(/ {2}- age:\n.*\n/, `${from(readers)}\n`);
  writeFileSync(join(app.folder, "wherry.yaml"), text);
}

const get = (app: SecretsApp, name: string, key: Pair) =>
  app.secrets(["get", name, "--reveal"], { env: { WHERRY_AGE_KEY: key.key } });

describe("an age file in the repository", () => {
  test("gives each of several people and CI the value, and nobody else", async () => {
    const [ada, ci, eve] = [await pair(), await pair(), await pair()];
    const app = appFor({ ada, ci });

    expect(await app.secrets(["set", "APP_PASSWORD"], { input: "correct horse battery\n" })).toMatchObject({
      exitCode: 0,
    });

    expect(await get(app, "APP_PASSWORD", ada)).toMatchObject({ exitCode: 0, stdout: "correct horse battery" });
    expect(await get(app, "APP_PASSWORD", ci)).toMatchObject({ exitCode: 0, stdout: "correct horse battery" });
    const refused = await get(app, "APP_PASSWORD", eve);
    expect(refused).toMatchObject({ exitCode: 4, stdout: "" });
    expect(refused.stderr).toContain("WHERRY_AGE_KEY does not open APP_PASSWORD");
    expect(refused.stderr).toContain(eve.recipient);
    expect(refused.stderr).toContain("wherry secrets share -e production");
  });

  test("shows in a diff which names have changed, and no value", async () => {
    const ada = await pair();
    const app = appFor({ ada }, ada);
    await app.secrets(["set", "APP_PASSWORD"], { input: "first" });
    await app.secrets(["set", "API_TOKEN"], { input: "other" });
    git(app.folder, "add", ".");
    git(app.folder, "commit", "-qm", "secrets");
    const before = app.read(file);

    await app.secrets(["set", "API_TOKEN"], { input: "another" });

    expect(app.read(file)).toMatch(/^ {2}API_TOKEN: \|$/m);
    expect(app.read(file)).toContain(`- ${ada.recipient} # ada`);
    const valueOf = (text: string, name: string) => new RegExp(`${name}: \\|\n(( {4}.*\n)+)`).exec(text)?.[1];
    expect(valueOf(app.read(file), "APP_PASSWORD")).toBe(valueOf(before, "APP_PASSWORD"));
    expect(valueOf(app.read(file), "API_TOKEN")).not.toBe(valueOf(before, "API_TOKEN"));
    expect(app.read(file)).not.toMatch(/first|another/);
  });

  test("takes new values without a key, as long as the same people read them", async () => {
    const ada = await pair();
    const app = appFor({ ada });
    await app.secrets(["set", "APP_PASSWORD"], { input: "first" });
    expect(await app.secrets(["set", "API_TOKEN"], { input: "second" })).toMatchObject({ exitCode: 0 });
    const list = await app.secrets(["list", "--json"]);
    expect(JSON.parse(list.stdout)).toMatchObject({
      sources: [{ title: `age (${file})`, problem: expect.stringContaining("there is no private key") }],
      secrets: [
        { name: "API_TOKEN", source: `age (${file})`, wanted: true },
        { name: "APP_PASSWORD", source: `age (${file})`, wanted: true },
      ],
    });
    expect(list.exitCode).toBe(0);
  });

  test("who was taken out reads nothing that is written afterwards, and is told as known", async () => {
    const [ada, bob] = [await pair(), await pair()];
    const app = appFor({ ada, bob }, ada);
    await app.secrets(["set", "APP_PASSWORD"], { input: "known to both" });
    await app.secrets(["set", "API_TOKEN"], { input: "known to both, too" });
    rewrite(app, { ada });

    const changed = await app.secrets(["set", "APP_PASSWORD"], { input: "for ada alone" });

    expect(changed.exitCode).toBe(0);
    expect(changed.stdout).toContain("can still read the values of older commits");
    expect(changed.stdout).toContain("API_TOKEN");
    for (const name of ["APP_PASSWORD", "API_TOKEN"])
      expect(await get(app, name, bob)).toMatchObject({ exitCode: 4, stdout: "" });
    expect(await get(app, "APP_PASSWORD", ada)).toMatchObject({ stdout: "for ada alone" });
    expect(await get(app, "API_TOKEN", ada)).toMatchObject({ stdout: "known to both, too" });
  });

  test("who was added reads everything once it was shared, which needs a key that can", async () => {
    const [ada, bob] = [await pair(), await pair()];
    const app = appFor({ ada }, ada);
    await app.secrets(["set", "APP_PASSWORD"], { input: "value" });
    rewrite(app, { ada, bob });
    const before = app.read(file);

    const refused = await app.secrets(["share"], { env: { WHERRY_AGE_KEY: bob.key } });
    expect(refused.exitCode).toBe(4);
    expect(app.read(file)).toBe(before);

    const shared = await app.secrets(["share"]);
    expect(shared.exitCode).toBe(0);
    expect(shared.stdout).toContain("from now on also readable for bob");
    expect(await get(app, "APP_PASSWORD", bob)).toMatchObject({ stdout: "value" });
  });

  test("a value that was changed, or moved to another name, is refused with its place", async () => {
    const ada = await pair();
    const app = appFor({ ada }, ada);
    await app.secrets(["set", "APP_PASSWORD"], { input: "one" });
    await app.secrets(["set", "API_TOKEN"], { input: "two" });
    const document = parseAgeDocument(file, app.read(file), "production");
    const write = (values: ReadonlyMap<string, string>) =>
      writeFileSync(
        join(app.folder, file),
        renderAgeDocument({ recipients: document.recipients, values }, "production", () => undefined),
      );
    const [token = "", password = ""] = ["API_TOKEN", "APP_PASSWORD"].map((name) => document.values.get(name));

    write(
      new Map([
        ["API_TOKEN", password],
        ["APP_PASSWORD", token],
      ]),
    );
    const moved = await get(app, "API_TOKEN", ada);
    expect(moved).toMatchObject({ exitCode: 3, stdout: "" });
    expect(moved.stderr).toMatch(/secrets\.production\.age\.yaml:\d+:3 .*API_TOKEN was changed after it was encrypted/);

    // One character of the payload.
    const lines = password.split("\n");
    const last = lines.length - 3;
    lines[last] = (lines[last] ?? "").replace(/^./, (sign) => (sign === "A" ? "B" : "A"));
    write(new Map([["APP_PASSWORD", lines.join("\n")]]));
    expect(await get(app, "APP_PASSWORD", ada)).toMatchObject({ exitCode: 3, stdout: "" });
  });

  test("without any key, the error says where it belongs", async () => {
    const ada = await pair();
    const app = appFor({ ada });
    await app.secrets(["set", "APP_PASSWORD"], { input: "value" });
    const result = await app.secrets(["get", "APP_PASSWORD", "--reveal"]);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toContain(join(app.home, ".config/wherry/age.key"));
    expect(result.stderr).toContain("WHERRY_AGE_KEY");
  });

  test("a key is made once, for its user alone, and opens what is encrypted for it", async () => {
    const app = secretsApp({ from: "  - age: { recipients: readers.txt }" });
    const path = join(app.home, ".config/wherry/age.key");

    const made = await app.wherry(["secrets", "key"]);
    const [recipient = ""] = made.stdout.split("\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(made.stdout).not.toContain("AGE-SECRET-KEY");
    expect((await app.wherry(["secrets", "key", "--json"])).stdout).toContain(recipient);

    writeFileSync(join(app.folder, "readers.txt"), `# ada\n${recipient}\n`);
    await app.secrets(["set", "APP_PASSWORD"], { input: "value" });
    expect(app.read(file)).toContain(`${recipient} # ada`);
    expect(await app.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({ stdout: "value" });

    chmodSync(path, 0o644);
    expect((await app.secrets(["get", "APP_PASSWORD", "--reveal"])).stderr).toContain(`chmod 600 ${path}`);
  });

  test("a private key that is none is said without being shown", async () => {
    const ada = await pair();
    const app = appFor({ ada });
    await app.secrets(["set", "APP_PASSWORD"], { input: "value" });
    for (const key of ["hunter2hunter2", `${ada.key.slice(0, -3)}QQQ`]) {
      const result = await app.secrets(["get", "APP_PASSWORD", "--reveal"], { env: { WHERRY_AGE_KEY: key } });
      expect(result.exitCode).toBe(4);
      expect(result.stderr).not.toContain(key);
    }
  });

  test("a file of another environment, with conflicts or with a value in the clear is refused", async () => {
    const ada = await pair();
    const app = appFor({ ada }, ada);
    await app.secrets(["set", "APP_PASSWORD"], { input: "value" });
    const text = app.read(file);
    const refused = async (content: string): Promise<string> => {
      writeFileSync(join(app.folder, file), content);
      const { exitCode, stderr } = await app.secrets(["get", "APP_PASSWORD", "--reveal"]);
      expect(exitCode).toBe(3);
      return stderr;
    };
    expect(await refused(text.replace("environment: production", "environment: uat"))).toContain("secrets of uat");
    expect(await refused(`<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> main\n`)).toContain(
      "a merge has left its conflicts",
    );
    expect(await refused(text.replace("version: 1", "version: 2"))).toContain("version 1");
    expect(await refused(text.replace("secrets:\n", "secrets:\n  OPEN: 12\n"))).toContain("OPEN is not encrypted");
  });

  test("brings every value back as it was, whatever is in it", { timeout: 60_000 }, async () => {
    const ada = await pair();
    const odd = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.isWellFormed()),
      fc.constantFrom(
        "\n",
        "\r\n",
        " ",
        "$HOME ${x} $$",
        `'"\`\\`,
        "\u2028\uFEFF",
        "a: b # c",
        "-----BEGIN X-----\nabc\n-----END X-----\n",
      ),
      fc.constant("é€😀\n".repeat(10_000)),
    );
    const secret = { environment: "production", name: "X" };
    await fc.assert(
      fc.asyncProperty(odd, async (value) => {
        const encrypted = await encryptValue(secret, value, [ada.recipient]);
        const document = { recipients: [ada.recipient], values: new Map([["X", encrypted]]) };
        const text = renderAgeDocument(document, "production", () => undefined);
        const read = parseAgeDocument(file, text, "production").values.get("X") ?? "";
        expect(await decryptValue(secret, read, [new Secret(ada.key)])).toEqual({ value });
      }),
      { numRuns: 60 },
    );
  });

  test("names that YAML would take for something else stay names", () => {
    const values = new Map(["on", "null", "1e3", "db.password", "x-y"].map((name) => [name, "value\n"]));
    const text = renderAgeDocument({ recipients: ["age1x"], values }, "production", () => undefined);
    expect(new Set(parseAgeDocument(file, text, "production").values.keys())).toEqual(new Set(values.keys()));
  });

  test("is not made by reading or removing", async () => {
    const ada = await pair();
    const app = appFor({ ada }, ada);
    expect((await app.secrets(["remove", "APP_PASSWORD", "--yes"])).exitCode).toBe(2);
    expect((await app.secrets(["list"])).exitCode).toBe(8);
    expect(existsSync(join(app.folder, file))).toBe(false);
  });

  test.skipIf(noAge !== undefined)("is read by the program age, and takes the keys that age-keygen makes", async () => {
    const app = secretsApp({ from: "  - age: { recipients: readers.txt }" });
    const path = join(app.home, ".config/wherry/age.key");
    mkdirSync(dirname(path), { recursive: true });
    execFileSync("age-keygen", ["-o", path], { stdio: "ignore" });
    const recipient = execFileSync("age-keygen", ["-y", path], { encoding: "utf8" });
    writeFileSync(join(app.folder, "readers.txt"), recipient);
    await app.secrets(["set", "APP_PASSWORD"], { input: "two\nlines\n" });
    expect(await app.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({ stdout: "two\nlines\n" });

    const { values } = parseAgeDocument(file, app.read(file), "production");
    const input = values.get("APP_PASSWORD") ?? "";
    const opened = execFileSync("age", ["--decrypt", "-i", path], { input, encoding: "utf8" });
    expect(opened).toBe("production/APP_PASSWORD\ntwo\nlines\n");
  });
});
