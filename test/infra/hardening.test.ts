import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ansibleFiles,
  auditReport,
  auditSarif,
  controls,
  gateOf,
  parseAllowed,
  parseControl,
} from "../../src/infra/index.ts";
import { changeLines, formatAudit } from "../../src/cli/format/hardening.ts";
import { createStyle } from "../../src/cli/style.ts";
import { parseAnswer } from "../../src/infra/harden/answer.ts";
import { judge, scoreOf } from "../../src/infra/harden/audit.ts";
import { checkUsable, isArmed, resultsOf, takenBack } from "../../src/infra/harden/harden.ts";
import { hardeningProgram } from "../../src/infra/harden/program.ts";
import { asksForOptional, chosen } from "../../src/infra/harden/choose.ts";

const allPass = controls.map(({ id }) => `${id} pass good`).join("\n");
const auditOf = (text: string) => ({
  environment: "production",
  date: "2026-11-26T00:00:00.000Z",
  servers: [judge("deploy@203.0.113.11", parseAnswer(text))],
});

describe("the table", () => {
  test("every control has a check, and a fix where it says so", () => {
    for (const { id, fix, remedy } of controls) {
      const name = id.replaceAll("-", "_");
      expect(hardeningProgram).toContain(`check_${name}() {`);
      expect(hardeningProgram.includes(`fix_${name}() {`)).toBe(fix !== undefined);
      // Whoever cannot leave it to Wherry has to know what to do.
      expect(fix !== undefined || remedy !== undefined).toBe(true);
    }
    expect(new Set(controls.map(({ id }) => id)).size).toBe(controls.length);
  });

  test("every check and fix of the program is in it", () => {
    const names = [...hardeningProgram.matchAll(/^(?:check|fix)_([a-z0-9_]+)\(\)/gm)].map(([, name]) =>
      name?.replaceAll("_", "-"),
    );
    const known = new Set([...controls.map(({ id }) => id), "one", "armed"]);
    expect(names.filter((name) => !known.has(name ?? ""))).toEqual([]);
  });

  test("the program is POSIX shell, and small enough to be sent each time", () => {
    expect(spawnSync("sh", ["-n"], { input: hardeningProgram, encoding: "utf8" }).stderr).toBe("");
    expect(hardeningProgram.length).toBeLessThan(80_000);
  });
});

describe("an audit", () => {
  test("a control of which nothing was told is not known, and does not pass", () => {
    const audit = auditOf(allPass.split("\n").slice(1).join("\n"));
    expect(audit.servers[0]?.results[0]).toMatchObject({ id: "uid-zero", status: "unknown" });
    expect(gateOf(audit, "error")).toBe("unknown");
    expect(gateOf(audit, "never")).toBe("passed");
  });

  test("without root nothing is known, and there is no score", () => {
    const [server] = auditOf("! not-root").servers;
    expect(server).toMatchObject({ score: null, system: null });
    expect(server?.results.every(({ status, message }) => status === "unknown" && message.includes("sudo"))).toBe(true);
  });

  test("only what is at or above the gate counts", () => {
    const audit = auditOf(
      `! system debian 13\n${allPass.replace("ssh-x11 pass good", "ssh-x11 fail X11Forwarding yes")}`,
    );
    expect(gateOf(audit, "info")).toBe("failed");
    expect(gateOf(audit, "warning")).toBe("passed");
    expect(audit.servers[0]?.score).toBe(99);
  });

  test("a score of 100 means that nothing fails, whatever else there is", () => {
    const result = fc.record({
      severity: fc.constantFrom("error" as const, "warning" as const, "info" as const),
      status: fc.constantFrom("pass" as const, "fail" as const, "unknown" as const, "not-applicable" as const),
    });
    fc.assert(
      fc.property(fc.array(result), (results) => {
        const score = scoreOf(results);
        const known = results.filter(({ status }) => status === "pass" || status === "fail");
        if (known.length === 0) expect(score).toBeNull();
        else expect(score === 100).toBe(known.every(({ status }) => status === "pass"));
      }),
    );
  });

  test("lines that are nobody's are left out", () => {
    expect(parseAnswer("Warning: something\n\n! system debian 13\nfirewall fail open").lines).toEqual([
      { id: "firewall", word: "fail", message: "open" },
    ]);
  });

  test("its SARIF is valid, names what fails and what is not known, and nothing that passes", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../check/sarif-schema-2.1.0.json", import.meta.url), "utf8"),
    ) as object;
    const ajv = new Ajv({ allErrors: true, strict: false });
    addFormats(ajv);
    const validate = ajv.compile(schema);
    const text = allPass
      .replace("firewall pass good", "firewall fail open")
      .replace("swap pass good", "swap unknown no idea");
    const log = auditSarif(auditOf(text), "1.2.3");

    validate(log);
    expect(validate.errors ?? []).toEqual([]);
    expect(JSON.stringify(log)).toContain("swap is not known (no idea)");
    expect((log["runs"] as { results: { ruleId: string }[] }[])[0]?.results.map(({ ruleId }) => ruleId)).toEqual([
      "firewall",
    ]);
  });

  test("its page says the score and what was not looked at, and takes no markup from a server", () => {
    const page = auditReport(
      auditOf(
        `! system debian 13\n${allPass.replace("firewall pass good", "firewall fail <script>alert(1)</script>")}`,
      ),
    );
    expect(page).toContain("of 100");
    expect(page).toContain(`1 fails, 0 not known, 0 do not apply, ${controls.length - 1} pass.`);
    expect(page).toContain("Looked at on 2026-11-26 at 00:00 UTC");
    expect(page).toContain("What nobody looked at");
    expect(page).not.toContain("<script>");
  });
});

test("a control of which the server says nothing was not set", () => {
  const { lines } = parseAnswer("welcome to the server\ndocker failed to start\njournal changed kept");
  expect(resultsOf({ lines }, ["journal", "firewall"])).toEqual([
    { id: "journal", outcome: "changed", message: "kept" },
    { id: "firewall", outcome: "failed", message: "the server said nothing of it; its output was cut off" },
  ]);
});

test("who has no sudo is told how that user gets it, in a file that sudo likes", () => {
  const audit = judge("ci@203.0.113.11", parseAnswer("! not-root"));
  const hint = expect.stringContaining(
    "echo 'ci ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/ci; chmod 440 /etc/sudoers.d/ci",
  );
  let thrown: unknown;
  try {
    checkUsable(audit, "ci");
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: "not-root", hint });
});

test("the user that is made by hand is one that hardening can use", () => {
  const remedy = controls.find(({ id }) => id === "login-user")?.remedy;
  expect(remedy).toContain("NOPASSWD");
  expect(remedy).toContain("chmod 440");
});

test("what somebody else has done meanwhile needs no proof", () => {
  expect(isArmed(parseAnswer("! nothing-to-arm\nssh-x11 pass no X11"))).toBe(false);
  expect(isArmed(parseAnswer("! armed-for 120\nssh-x11 changed no X11"))).toBe(true);
});

test("changes that have to be taken back are called so by what the server says of them", () => {
  const { lines } = parseAnswer("firewall changed open: 22\nssh-tries changed 4\nssh-root same no");
  const results = resultsOf({ lines }, ["firewall", "ssh-tries", "ssh-root"]);
  const outcomes = (answer: Parameters<typeof takenBack>[1]) =>
    takenBack(results, answer).map(({ outcome }) => outcome);
  expect(outcomes(parseAnswer("firewall reverted\nssh-tries failed and could not be taken back yet"))).toEqual([
    "reverted",
    "failed",
    "same",
  ]);
  // The timer was faster.
  expect(outcomes(parseAnswer(""))).toEqual(["reverted", "reverted", "same"]);
  // The server was not reached: what it does by itself, nobody has seen.
  expect(outcomes(undefined)).toEqual(["reverting", "reverting", "same"]);
});

const screen = { style: createStyle({ colour: false, unicode: false }), columns: 100 };

test("an audit is told by what was found, and by the command that mends it in this environment", () => {
  const text = `! system debian 13\n${allPass.replace("firewall pass good", "firewall fail anyone may reach every port")}`;
  const server = judge("deploy@203.0.113.11", parseAnswer(text), "uat");
  expect(formatAudit({ environment: "uat", date: "", servers: [server] }, screen)).toEqual([
    `deploy@203.0.113.11, debian 13: ${server.score} of 100`,
    "  error  firewall  anyone may reach every port",
    "                   should be: Only SSH, HTTP and HTTPS can be reached from outside",
    `${controls.length - 1} pass, 1 fail, 0 not known, 0 do not apply`,
    "next: wherry server harden -e uat --plan; with --only ID for one of them",
  ]);
});

test("what only people can mend is told with what they have to do, and leads to no command", () => {
  const text = `! system debian 13\n${allPass.replace("uid-zero pass good", "uid-zero fail toor")}`;
  const server = judge("deploy@203.0.113.11", parseAnswer(text), "uat");
  const lines = formatAudit({ environment: "uat", date: "", servers: [server] }, screen);
  expect(lines[1]).toMatch(/^ {2}error {2}uid-zero {2}toor$/);
  expect(lines[3]).toMatch(/^ +by hand: \S/);
  expect(lines.join("\n")).not.toContain("next:");
});

test("without root an audit is one reason, and what to do about it", () => {
  const lines = formatAudit(auditOf("! not-root"), screen);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe("deploy@203.0.113.11: nothing is known: needs root, or sudo without a password");
  expect(lines[1]).toContain("echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/deploy");
});

test("on this machine itself nothing leads to harden, which leaves it alone", () => {
  const found = allPass
    .replace("firewall pass good", "firewall fail open")
    .replace("login-user pass good", "login-user fail root");
  const server = judge("local", parseAnswer(`! system debian 13\n${found}`), "uat", true);
  const text = formatAudit({ environment: "uat", date: "", servers: [server] }, screen).join("\n");
  expect(text).not.toContain("wherry server harden");
  expect(text).not.toContain("deploy@");
  expect(text).toContain("by hand: run Wherry as a user of its own");
});

test("the page of an audit begins each group with what is worst", () => {
  const found = allPass
    .replace("ssh-tries pass good", "ssh-tries fail 6")
    .replace("ssh-passwords pass good", "ssh-passwords fail open");
  const server = judge("deploy@203.0.113.11", parseAnswer(`! system debian 13\n${found}`), "uat");
  const page = auditReport({ environment: "uat", date: "2026-11-26T00:00:00Z", servers: [server] });
  const at = ["ssh-passwords", "ssh-tries", "ssh-root-login"].map((id) => page.indexOf(`<code>${id}</code>`));
  expect(at).toEqual(at.toSorted((a, b) => a - b));
});

test("settings are listed before the question, those that could lock somebody out with their mark", () => {
  const change = (id: string, guarded: boolean) => ({ id, title: `title of ${id}`, guarded });
  expect(
    changeLines([
      { server: "a", changes: [change("journal", false), change("firewall", true)] },
      { server: "b", changes: [] },
    ]),
  ).toEqual([
    "a:",
    "  journal    title of journal",
    "  firewall*  title of firewall",
    "  * is taken back by the server unless a new login works",
    "",
  ]);
});

describe("what the user may say", () => {
  test.each(["5432", "51820/udp", "5432@10.0.0.0/24", "5432/tcp@fd00::/8", "22@203.0.113.7"])("a port: %s", (text) => {
    expect(parseAllowed(text)).toBe(text);
  });

  test.each(["0", "70000", "x", "5432@here", "5432@10.0.0.0/40", "5432 accept; drop", "5432@10.0.0.1;accept"])(
    "no port: %s",
    (text) => {
      expect(() => parseAllowed(text)).toThrow("expected PORT");
    },
  );

  test("a misspelt control is an error that names the nearest", () => {
    expect(() => parseControl("ssh-password")).toThrow("did you mean ssh-passwords?");
  });

  test("optional controls count only where one of them is named: else the score would not be that of an audit", () => {
    const none = { only: [], skip: [], allow: [] };
    expect(asksForOptional(none)).toBe(false);
    expect(asksForOptional({ ...none, only: ["journal"] })).toBe(false);
    expect(asksForOptional({ ...none, only: ["journal", "fail2ban"] })).toBe(true);
  });

  test("optional controls are done only where they are named", () => {
    expect(chosen({ only: [], skip: [], allow: [] })).not.toContain("fail2ban");
    expect(chosen({ only: ["fail2ban"], skip: [], allow: [] })).toEqual(["fail2ban"]);
    expect(chosen({ only: [], skip: ["firewall"], allow: [] })).not.toContain("firewall");
  });
});

describe("the playbook", () => {
  test("one task for each control that harden changes, made from the same table", async () => {
    const files = ansibleFiles([
      { environment: "production", servers: [{ kind: "ssh", host: "203.0.113.11", user: "deploy", port: 2222 }] },
    ]);
    const text = (name: string): string => files.find(({ path }) => path.endsWith(name))?.content ?? "";
    for (const { id, fix } of controls) expect(text("harden.yaml").includes(`(${id})`)).toBe(fix !== undefined);
    expect(text("harden.sh")).toBe(hardeningProgram);
    await expect(text("inventory.yaml")).toMatchFileSnapshot("golden/inventory.yaml");
    await expect(text("harden.yaml")).toMatchFileSnapshot("golden/harden.yaml");
  });
});
