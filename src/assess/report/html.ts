import { levels } from "../levels.ts";
import { openQuestions } from "../open-questions.ts";
import type { OpenQuestions } from "../open-questions.ts";
import type { AreaResult, Assessment, Evidence, Gap, Statement, ToolRow } from "../schema.ts";
import { html } from "../../core/index.ts";
import type { Markup } from "../../core/index.ts";
import { reportPage } from "./page.ts";
import { changeText, dayText, heldBack, levelText, partsOf, summary, unknownText } from "./words.ts";

/** The report as one file: no script, nothing loaded from anywhere, light and dark, and fit to be printed. */
export function htmlReport(assessment: Assessment): string {
  const { name, date, commit, environment } = assessment;
  const about = [
    dayText(date),
    ...(commit === null ? [] : [`commit ${commit.slice(0, 12)}`]),
    ...(environment === null ? [] : [`server of ${environment}`]),
  ];
  return reportPage({
    title: `${name}: how it is built and run`,
    kicker: "How it is built and run",
    heading: name,
    about: about.join(" · "),
    lead: html` <p class="lead">
      ${summary(assessment)} Every statement below has its evidence beside it. What was not looked at is called not
      known; it is neither good nor bad.
    </p>`,
    main: html`
      ${areaTable(assessment)} ${changes(assessment)} ${gaps(assessment)} ${unknown(assessment)}
      ${tools(assessment.tools)} ${details(assessment)} ${appendix(assessment)}
    `,
  });
}

function tone(level: number | null): string {
  return level === null ? "lx" : `l${level}`;
}

/** Four steps, as many filled as are reached; hatched where nothing is known. */
function bar(level: number | null): Markup {
  const steps = [1, 2, 3, 4].map((step) =>
    level !== null && level >= step ? html`<i class="on"></i>` : html`<i></i>`,
  );
  return html`<span class="bar ${tone(level)} ${level === null ? "unknown" : ""}" aria-hidden="true">${steps}</span>`;
}

function areaTable({ areas, statements }: Assessment): Markup {
  const row = (area: AreaResult): Markup => {
    const held = heldBack(area, statements);
    // What stands on less than half of the questions should not look as sure as the rest.
    const faint = area.unknownShare > 0.5 ? "faint" : "";
    return html`<tr>
      <td>
        <a href="#${area.area}">${area.title}</a
        >${held === undefined ? undefined : html`<br /><span class="soft">${held}</span>`}
      </td>
      <td class="${faint}">${bar(area.level)}</td>
      <td class="level ${tone(area.level)} ${faint}">${levelText(area.level)}</td>
      <td class="number">${area.mean === null ? "" : area.mean.toFixed(1)}</td>
      <td class="number">${unknownText(area)}</td>
    </tr>`;
  };
  return html`<section>
    <h2>Areas</h2>
    <table>
      <thead>
        <tr>
          <th>Area</th>
          <th></th>
          <th>Level</th>
          <th>Mean</th>
          <th>Not known</th>
        </tr>
      </thead>
      <tbody>
        ${areas.map(row)}
      </tbody>
    </table>
    <p class="soft">
      Levels: ${levels.map(({ word }, level) => `${level} ${word}`).join(", ")}; <a href="#levels">what they mean</a>.
      The mean is that of the levels that are known. There is no grade of the whole on purpose: it would hide what is
      not known.
    </p>
  </section>`;
}

function changes({ since }: Assessment): Markup {
  if (since === null) return html``;
  const rows = since.changes.map(
    (change) =>
      html`<tr>
        <td><code>${change.check}</code></td>
        <td class="${change.kind}">${changeText(change)}</td>
        <td class="wide">${change.says}</td>
      </tr>`,
  );
  return html`<section>
    <h2>Since ${dayText(since.date)}</h2>
    ${
      rows.length === 0
        ? html`<p>No level is another one than in the assessment that was kept.</p>`
        : html`<table>
            <tbody>
              ${rows}
            </tbody>
          </table>`
    }
  </section>`;
}

function gaps({ gaps: all }: Assessment): Markup {
  const item = ({ says, closes, effort, level, best, check, urgent }: Gap): Markup =>
    html`<li>
      <div>${urgent ? html`<strong class="l0">${says}</strong>` : says}</div>
      <div class="do">${words(closes)}</div>
      <div class="soft">${effort} · level ${level ?? 0} of ${best} · <a href="#${check}">${check}</a></div>
    </li>`;
  return html`<section>
    <h2>What to do next</h2>
    ${
      all.length === 0
        ? html`<p>Nothing.</p>`
        : html`<p class="soft">
              What does harm now, then what is known to be missing: the most effect for the least effort first.
            </p>
            <ol class="steps">
              ${all.map(item)}
            </ol>`
    }
  </section>`;
}

function unknown({ unknown: all }: Assessment): Markup {
  const item = ({ closes, effort, gaps: own }: OpenQuestions): Markup =>
    html`<li>
      ${own.map(
        ({ question, says, check }) =>
          html`<div><a href="#${check}">${question}</a> <span class="soft">${says}</span></div>`,
      )}
      <div class="do">${words(closes)}</div>
      <div class="soft">${effort}</div>
    </li>`;
  return html`<section>
    <h2>What is not known</h2>
    ${
      all.length === 0
        ? html`<p>Nothing.</p>`
        : html`<p class="soft">What would make it known, or done.</p>
            <ol class="steps">
              ${openQuestions(all).map(item)}
            </ol>`
    }
  </section>`;
}

function words(text: string): readonly Markup[] {
  return partsOf(text).map((part) => (part.code ? html`<code>${part.text}</code>` : html`${part.text}`));
}

function tools(rows: readonly ToolRow[]): Markup {
  const old = rows.filter((row) => row.old);
  const row = ({
    subject,
    inUse,
    gap,
    recommended,
    alternatives,
    rationale,
    sources,
    date,
    lookedFor,
  }: ToolRow): Markup =>
    html`<h3>${subject}</h3>
      <table>
        <tbody>
          <tr>
            <th>In use</th>
            <td>
              ${inUse.length === 0 ? html`none found<br /><span class="soft"><code>${lookedFor.where}</code>: ${lookedFor.what}</span>` : inUse.map((tool) => html`<div>${tool.name} <span class="soft">${tool.evidence.slice(0, 1).map(evidence)}</span></div>`)}
            </td>
          </tr>
          <tr>
            <th>Gap</th>
            <td>${gap}</td>
          </tr>
          <tr>
            <th>Advice</th>
            <td>${recommended}. ${rationale}</td>
          </tr>
          <tr>
            <th>Else</th>
            <td>${alternatives.map(({ name, when }) => html`<div>${name}, when ${when}</div>`)}</td>
          </tr>
          <tr>
            <th>Sources</th>
            <td class="soft">
              ${sources.map((source) => html`<div><a href="${source}" rel="noreferrer">${source}</a></div>`)}looked at
              on ${date}
            </td>
          </tr>
        </tbody>
      </table>`;
  return html`<section>
    <h2>Tools</h2>
    ${old.length === 0 ? undefined : html`<p class="note">The advice on ${old.map(({ subject }) => subject).join(", ")} is older than six months: look at its sources before you follow it.</p>`}
    ${rows.map(row)}
  </section>`;
}

function details({ areas, statements }: Assessment): Markup {
  const section = ({ area, title, level }: AreaResult): Markup =>
    html`<h3 id="${area}">${title} <span class="level ${tone(level)}">${levelText(level)}</span></h3>
      ${statements.filter((statement) => statement.area === area).map(statementOf)}`;
  return html`<section>
    <h2>Everything that was asked</h2>
    ${areas.map(section)}
  </section>`;
}

function statementOf({ check, question, says, level, evidence: list }: Statement): Markup {
  return html`<div class="statement" id="${check}">
    <div class="question"><span>${question}</span><span class="level ${tone(level)}">${levelText(level)}</span></div>
    <p class="says">${says}</p>
    ${
      list.length === 0
        ? undefined
        : html`<ul>
            ${list.map((one) => html`<li>${evidence(one)}</li>`)}
          </ul>`
    }
  </div>`;
}

function evidence({ where, what }: Evidence): Markup {
  return html`<code>${where}</code> ${what}`;
}

function appendix({ lookedAt, asked }: Assessment): Markup {
  return html`<section>
    <h2 id="levels">What the levels mean</h2>
    <table>
      <tbody>
        ${levels.map(
          ({ word, means }, level) =>
            html`<tr>
              <td class="level l${level}">${level} ${word}</td>
              <td>${means}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="soft">
      An area has reached a level when the weighted mean of what is known has reached it. The most important questions
      hold their area back: it is at most one level better than they are.
    </p>
    <h2>What was looked at</h2>
    <table>
      <tbody>
        ${lookedAt.map(
          ({ what, found }) =>
            html`<tr>
              <td>${what}</td>
              <td>${found}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <h3>Commands and requests</h3>
    <ul class="asked">
      ${asked.map((line) => html`<li><code>${line}</code></li>`)}
    </ul>
  </section>`;
}
