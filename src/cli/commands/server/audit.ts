import * as z from "zod";
import { replaceReport } from "../../../assess/index.ts";
import { auditReport, auditSarif, auditServers, gateOf } from "../../../infra/index.ts";
import { usageError } from "../../../core/index.ts";
import { command } from "../../definition.ts";
import { formatAudit } from "../../format/hardening.ts";
import { optional, toggle } from "../../parameters.ts";
import { version } from "../../version.ts";
import { gates, oneOf } from "./gates.ts";

/** How it is shown is no part of the result: a key that JSON does not know. */
const shown = Symbol("shown");

export const audit = command({
  description: [
    "Looks at the servers of an environment: users, SSH, what can be reached from outside, updates, logs, kernel, Docker. One round trip, as root or with sudo; nothing is changed. Each control passes, fails, does not apply, or is not known; what is not known is no pass, and says why.",
    "The score is the weighted share of what passes among what is known. It says nothing of what nobody looked at: the firewall of your provider, who has your keys, what your app does.",
  ],
  needs: ["environment"],
  flags: {
    failOn: optional(
      "exit with 8 where something fails that is at least this bad: error, warning, info or never; with 6 where it is not known",
      {
        parse: oneOf(gates),
        default: "error",
        placeholder: "SEVERITY",
      },
    ),
    sarif: toggle("write SARIF 2.1.0 to standard output, for code scanning"),
    html: optional("also write a report to this file", { placeholder: "FILE" }),
  },
  examples: [
    { line: "server audit -e production", what: "what could be better" },
    { line: "server audit -e production --fail-on warning --json", what: "for a pipeline" },
  ],
  schema: z.strictObject({
    environment: z.string(),
    date: z.string(),
    failOn: z.enum(gates),
    passed: z.boolean().nullable(),
    servers: z.array(
      z.strictObject({
        server: z.string(),
        system: z.string().nullable(),
        known: z.boolean(),
        score: z.int().nullable(),
        results: z.array(
          z.strictObject({
            id: z.string(),
            severity: z.enum(["error", "warning", "info"]),
            title: z.string(),
            status: z.enum(["pass", "fail", "not-applicable", "unknown"]),
            message: z.string(),
            remedy: z.string().nullable(),
          }),
        ),
      }),
    ),
  }),
  async run({ failOn, sarif, html, json, environment, directory, server, stack }, ctx) {
    if (sarif && json === true)
      throw usageError("two-formats", "wherry server audit: --sarif and --json are two formats of one output");
    const found = await auditServers(ctx, { environment, directory, server, stack });
    const gate = gateOf(found, failOn);
    if (html !== undefined) {
      await replaceReport(ctx, html, auditReport(found));
      ctx.report({ type: "note", text: `written: ${html}` });
    }
    const passed = gate === "unknown" ? null : gate === "passed";
    return { ...found, failOn, passed, [shown]: sarif ? "sarif" : "text" };
  },
  print: (result, screen) =>
    result[shown] === "sarif" ? [JSON.stringify(auditSarif(result, version), null, 2)] : formatAudit(result, screen),
  exitCode: ({ passed }) => (passed === null ? "attention" : passed ? "done" : "findings"),
});
