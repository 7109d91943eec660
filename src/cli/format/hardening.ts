import type { Audit, ControlResult, HardenResult, ServerAudit } from "../../infra/index.ts";
import type { Screen } from "../definition.ts";
import { table } from "./table.ts";

/** What fails first, the worst at the top; then what is not known, what does not apply, and how many pass. */
export function formatAudit(audit: Audit, screen: Screen): readonly string[] {
  return audit.servers.flatMap((server, index) => [...(index === 0 ? [] : [""]), ...formatServer(server, screen)]);
}

function formatServer({ server, system, known, score, results }: ServerAudit, { style }: Screen): readonly string[] {
  const of = (status: ControlResult["status"]): readonly ControlResult[] =>
    results
      .filter((result) => result.status === status)
      .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const [failing, unknown, away, passing] = [of("fail"), of("unknown"), of("not-applicable"), of("pass")];
  const paint = { error: style.bad, warning: style.warning, info: style.dim };
  return [
    `${style.bold(server)}${system === null ? "" : `, ${system}`}: ${score === null ? "nothing is known" : `${score} of 100`}`,
    ...(known || system === null ? [] : [style.warning(`  ${system} is not among the systems that this was tried on`)]),
    ...failing.flatMap(({ id, severity, title, message, remedy }) => [
      `${paint[severity](severity)} ${title} (${id})`,
      `  ${message}`,
      ...(remedy === null ? [] : [`  ${style.dim(remedy)}`]),
    ]),
    ...section("not known", unknown),
    ...section("does not apply", away),
    `${passing.length} pass, ${failing.length} fail, ${unknown.length} not known, ${away.length} do not apply`,
    ...(failing.length === 0 ? [] : [style.dim("next: wherry server harden --plan")]),
  ];
}

const severities: readonly ControlResult["severity"][] = ["error", "warning", "info"];

function section(title: string, results: readonly ControlResult[]): readonly string[] {
  if (results.length === 0) return [];
  return [`${title}:`, ...table(results.map(({ id, message }) => [`  ${id}`, message]))];
}

interface Document {
  readonly environment: string;
  readonly planned: readonly {
    readonly server: string;
    readonly score: number | null;
    readonly changes: readonly {
      readonly id: string;
      readonly title: string;
      readonly fix: string;
      readonly found: string;
      readonly guarded: boolean;
    }[];
    readonly byHand: readonly { readonly id: string; readonly message: string; readonly remedy: string }[];
  }[];
  readonly done:
    | readonly {
        readonly server: string;
        readonly scoreBefore: number | null;
        readonly scoreAfter: number | null;
        readonly login: "proven" | "refused" | "not-needed";
        readonly results: readonly HardenResult[];
      }[]
    | null;
}

export function formatHardening({ environment, planned, done }: Document, { style }: Screen): readonly string[] {
  if (done === null) {
    return [
      ...planned.flatMap(({ server, score, changes, byHand }) => [
        `${style.bold(server)}: ${score ?? "?"} of 100; ${changes.length === 0 ? "nothing to change" : `${changes.length} to change`}`,
        ...changes.flatMap(({ id, title, fix, found, guarded }) => [
          `${title} (${id})${guarded ? style.warning(" [taken back unless a new login works]") : ""}`,
          `  now: ${found}`,
          `  then: ${fix}`,
        ]),
        ...byHand.map(({ id, message, remedy }) => `${style.warning("by hand:")} ${id}: ${message}; ${remedy}`),
      ]),
      ...(planned.some(({ changes }) => changes.length > 0)
        ? [style.dim(`do it: wherry server harden -e ${environment} --yes`)]
        : []),
    ];
  }
  return done.flatMap(({ server, scoreBefore, scoreAfter, login, results }) => {
    const changed = results.filter(({ outcome }) => outcome === "changed").length;
    return [
      ...table(
        results
          .filter(({ outcome }) => outcome !== "same")
          .map(({ id, outcome, message }) => [outcome === "failed" ? style.bad(outcome) : outcome, id, message]),
      ),
      ...(login === "proven" ? ["a new login works; the timer that would have taken it back is stopped"] : []),
      `${style.bold(server)}: ${changed === 0 ? "nothing was changed" : `${changed} changed`}; ${scoreBefore === null ? "" : `before ${scoreBefore}, `}now ${scoreAfter ?? "?"} of 100`,
    ];
  });
}
