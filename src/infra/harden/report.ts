import { reportPage } from "../../assess/index.ts";
import { html } from "../../core/index.ts";
import type { Markup } from "../../core/index.ts";
import type { Audit, ControlResult, ControlStatus, ServerAudit } from "./audit.ts";
import { controlGroups } from "./controls/index.ts";

/** An audit as one page. What was not looked at has a part of its own. */
export function auditReport(audit: Audit): string {
  return reportPage({
    title: `Servers of ${audit.environment}`,
    kicker: "How safe they are",
    heading: `Servers of ${audit.environment}`,
    about: `Looked at on ${audit.date.slice(0, 10)} at ${audit.date.slice(11, 16)} UTC`,
    main: html`${audit.servers.map(server)} ${notAsked()}`,
  });
}

const words: Readonly<Record<ControlStatus, string>> = {
  fail: "fails",
  unknown: "not known",
  "not-applicable": "does not apply",
  pass: "passes",
};
const many: typeof words = { ...words, fail: "fail", "not-applicable": "do not apply", pass: "pass" };
const tones: Readonly<Record<ControlStatus, string>> = {
  fail: "l0",
  unknown: "lx",
  "not-applicable": "lx",
  pass: "l4",
};

function server({ server: name, system, score, results }: ServerAudit): Markup {
  const count = (status: ControlStatus): string => {
    const number = results.filter((result) => result.status === status).length;
    return `${number} ${number === 1 ? words[status] : many[status]}`;
  };
  return html`<section>
    <h2>${name}: ${score === null ? "nothing is known" : `${score} of 100`}</h2>
    <p class="soft">
      ${system ?? "the system is not known"} ·
      ${(["fail", "unknown", "not-applicable", "pass"] as const).map(count).join(", ")}. The score is the weighted share
      (error 5, warning 3, info 1) of what passes among what is known.
    </p>
    ${controlGroups.map(({ title, controls }) => {
      const ids = new Set(controls.map(({ id }) => id));
      return html`<h3>${title}</h3>
        <table class="verdicts">
          <tbody>
            ${worstFirst(results.filter(({ id }) => ids.has(id))).map(row)}
          </tbody>
        </table>`;
    })}
  </section>`;
}

/** As in the terminal: who has an hour begins at the top. */
function worstFirst(results: readonly ControlResult[]): readonly ControlResult[] {
  const statuses: readonly ControlStatus[] = ["fail", "unknown", "pass", "not-applicable"];
  const severities: readonly ControlResult["severity"][] = ["error", "warning", "info"];
  return results.toSorted(
    (a, b) =>
      statuses.indexOf(a.status) - statuses.indexOf(b.status) ||
      severities.indexOf(a.severity) - severities.indexOf(b.severity),
  );
}

function row({ id, severity, title, status, message, remedy }: ControlResult): Markup {
  return html`<tr>
    <td class="level ${tones[status]}">${words[status]}</td>
    <td class="soft">${status === "fail" || status === "unknown" ? severity : ""}</td>
    <td class="wide">
      ${title} <code>${id}</code>
      <div class="soft">${message}</div>
      ${remedy === null ? undefined : html`<div class="do"><code>${remedy}</code></div>`}
    </td>
  </tr>`;
}

function notAsked(): Markup {
  return html`<section>
    <h2>What nobody looked at</h2>
    <p>
      The firewall and the account of the provider; who has which key, and how it is kept; the images and what is in
      them (wherry check); holes in installed packages that have no update yet; what an app itself lets in.
    </p>
  </section>`;
}
