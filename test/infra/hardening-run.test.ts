import { expect, test } from "vitest";
import { controls } from "../../src/infra/index.ts";
import { parseAnswer } from "../../src/infra/harden/answer.ts";
import { judge } from "../../src/infra/harden/audit.ts";
import { hardenServer } from "../../src/infra/harden/harden.ts";
import type { ServerPlan } from "../../src/infra/harden/harden.ts";
import type { Connection } from "../../src/server/index.ts";
import { createContext } from "../../src/system/index.ts";

const audited = (open: string): string =>
  `! system debian 13\n${controls.map(({ id }) => `${id} pass ${id === "open-ports" ? open : "good"}`).join("\n")}`;

/** A server that answers with these texts, one after the other. */
async function hardened(answers: readonly string[]) {
  const left = [...answers];
  const connection = {
    name: "deploy@203.0.113.11",
    run: async () => ({ stdout: left.shift() ?? "", stderr: "", exitCode: 0 }),
  } as unknown as Connection;
  const change = (id: string, guarded: boolean) => ({ id, title: id, fix: id, found: "open", guarded });
  const server = {
    address: { kind: "ssh", host: "203.0.113.11" },
    server: connection.name,
    before: judge(connection.name, parseAnswer(audited("good"))),
    changes: [change("journal", false), change("firewall", true)],
    byHand: [{ id: "open-ports", message: "open to the world: 8080/tcp", remedy: "close it" }],
  } as unknown as ServerPlan;
  const choice = { only: [], skip: [], allow: [] };
  return hardenServer(createContext(), connection, { server, choice, revertAfter: 60, report: () => {} });
}

test.each(["busy", "armed"])("what was done before somebody else came (%s) stays in the result", async (word) => {
  const { results, failure } = await hardened(["journal changed kept", `! ${word}`, audited("good")]);
  expect(failure?.code).toBe("hardening-under-way");
  expect(results).toContainEqual({ id: "journal", outcome: "changed", message: "kept" });
  expect(results.some(({ id }) => id === "firewall")).toBe(false);
});

test("what was left to people is judged by the audit afterwards", async () => {
  const closed = "closed by the firewall: 8080/tcp";
  const answers = ["journal changed kept", "! nothing-to-arm\nfirewall pass open: 22", audited(closed)];
  expect((await hardened(answers)).results).toContainEqual({ id: "open-ports", outcome: "same", message: closed });
  const still = answers.with(2, audited(closed).replace("open-ports pass closed", "open-ports fail open"));
  expect((await hardened(still)).results[0]).toMatchObject({ id: "open-ports", outcome: "by-hand" });
});
