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
    about: audit.date,
    main: html`${audit.servers.map(server)} ${notAsked()}`,
  });
}

const words: Readonly<Record<ControlStatus, string>> = {
  fail: "fails",
  unknown: "not known",
  "not-applicable": "does not apply",
  pass: "passes",
};
const tones: Readonly<Record<ControlStatus, string>> = {
  fail: "l0",
  unknown: "lx",
  "not-applicable": "lx",
  pass: "l4",
};

function server({ server: name, system, score, results }: ServerAudit): Markup {
  const count = (status: ControlStatus): string =>
    `${results.filter((result) => result.status === status).length} ${words[status]}`;
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
        <table>
          <tbody>
            ${results.filter(({ id }) => ids.has(id)).map(row)}
          </tbody>
        </table>`;
    })}
  </section>`;
}

function row({ id, severity, title, status, message, remedy }: ControlResult): Markup {
  return html`<tr>
    <td class="level ${tones[status]}">${words[status]}</td>
    <td class="soft">${severity}</td>
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
