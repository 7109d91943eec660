import { describe, expect, test } from "vitest";
import { check } from "../../src/check/index.ts";
import { secretForms } from "../../src/check/tracked-secrets.ts";
import { contextIn } from "./helpers.ts";
import { git, repository } from "../helpers/git.ts";

const compose = { "compose.yaml": "services: { web: { image: 'a:1' } }\n" };

/** Put together here, so that no scanner takes this file for one that has a secret. */
const joined = (...parts: readonly string[]): string => parts.join("");
const samples: Readonly<Record<string, string>> = {
  "a private key": joined("-----BEGIN OPENSSH PRIV", "ATE KEY-----"),
  "a secret key of age": joined("AGE-SECRET-KEY-1", "Q".repeat(58)),
  "a signing key of Cardano": joined('"type": "PaymentSigning', 'KeyShelley_ed25519"'),
  "a project id of Blockfrost": joined("main", "net", "aB3".repeat(10), "xy"),
  "a token of GitHub": joined("gh", "p_", "aB3".repeat(12)),
  "a token of GitLab": joined("glp", "at-", "aB3".repeat(7)),
  "a token of npm": joined("np", "m_", "aB3".repeat(12)),
  "an access key of AWS": joined("AK", "IA", "ABC2".repeat(4)),
  "a key of Google": joined("AI", "za", "aB3-_".repeat(7)),
  "a token of DigitalOcean": joined("do", "p_v1_", "ab12".repeat(16)),
  "a token of Slack": joined("xo", "xb-", "12ab-".repeat(5)),
  "a token of a Telegram bot": joined("123456789", ":AA", "aB3".repeat(11)),
  "a live key of Stripe": joined("sk", "_live_", "aB3".repeat(7)),
};

/** `rule file:line:column` of what was found in tracked files. */
async function found(cwd: string, programs: Parameters<typeof contextIn>[1] = {}): Promise<readonly string[]> {
  const { findings } = await check(contextIn(cwd, programs), {});
  return findings.filter(({ rule }) => rule === "WHY313").map(({ at }) => `${at.file}:${at.line}:${at.column}`);
}

describe("secrets in tracked files", () => {
  test.each(secretForms.map(({ what }) => what))("%s is found in its place, and not shown", async (what) => {
    const secret = samples[what] ?? "";
    const cwd = repository({ ...compose, "src/config.js": `// first\nconst key = '${secret}';\n` });

    const { findings } = await check(contextIn(cwd), {});

    expect(findings.filter(({ rule }) => rule === "WHY313")).toMatchObject([
      {
        severity: "error",
        message: `${what} is in a file that git keeps`,
        at: { file: "src/config.js", line: 2, column: 14 },
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain(secret);
  });

  test("what goes on behind a known form, or stands beside it, is not shown either", async () => {
    const [token, pem] = [samples["a token of GitHub"] ?? "", samples["a private key"] ?? ""];
    const cwd = repository({
      ...compose,
      "keys.js": `a('${token}TAIL', '${token.replace("aB3", "zZ9")}');\nb('${pem}\\nMIIEKEY');\n`,
    });

    const { findings } = await check(contextIn(cwd), {});

    expect(findings.filter(({ rule }) => rule === "WHY313").map(({ at }) => at.line)).toEqual([1, 2]);
    expect(JSON.stringify(findings)).not.toMatch(/TAIL|zZ9|MIIE/);
  });

  test("values of tracked .env files are found; names without values and other settings are not", async () => {
    const cwd = repository({
      ...compose,
      "api/.env.production": "PORT=3000\nexport DB_PASSWORD='correct horse'\nAPI_TOKEN=\n",
      ".env.example": "DB_PASSWORD=change-me-please\n",
    });
    expect(await found(cwd)).toEqual(["api/.env.production:2:21"]);
  });

  test("what git does not have is not looked at", async () => {
    const cwd = repository({ ...compose, ".gitignore": ".env\n" });
    await contextIn(cwd).files.write(`${cwd}/.env`, "DB_PASSWORD=hunter2hunter2\n");
    expect(await found(cwd)).toEqual([]);
  });

  test("a comment with a reason accepts one, and one without does not", async () => {
    const key = samples["a token of GitHub"] ?? "";
    const cwd = repository({
      ...compose,
      "test.js": `one('${key}'); // wherry-ignore WHY313: of a server in the test\ntwo('${key}'); // wherry-ignore WHY313\n`,
    });
    expect(await found(cwd)).toEqual(["test.js:2:6"]);
  });

  test("words of manuals are no secrets", async () => {
    const words = [joined("AK", "IA", "IOSFODNN7EXAMPLE"), joined("gh", "p_", "x".repeat(36))];
    const cwd = repository({ ...compose, "README.md": words.join("\n") });
    expect(await found(cwd)).toEqual([]);
  });

  test("outside of git it is said that nobody looked", async () => {
    const cwd = repository(compose);
    git(cwd, "init", "--quiet");
    const { notChecked } = await check(contextIn(cwd, { git: { exitCode: 128 } }), {});
    expect(notChecked.map(({ what }) => what)).toContain("secrets in tracked files");
  });
});
