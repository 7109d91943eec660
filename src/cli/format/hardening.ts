import { rootHint } from "../../infra/index.ts";
import type { Audit, ControlResult, HardenResult, ServerAudit } from "../../infra/index.ts";
import type { Screen } from "../definition.ts";
import { table } from "./table.ts";

/** What fails first, the worst at the top; then what is not known, what does not apply, and how many pass. */
export function formatAudit(audit: Audit, screen: Screen): readonly string[] {
  const { servers, environment } = audit;
  return servers.flatMap((server, index) => [
    ...(index === 0 ? [] : [""]),
    ...formatServer(server, environment, screen),
  ]);
}

function formatServer(
  { server, system, known, score, results }: ServerAudit,
  environment: string,
  { style, columns }: Screen,
): readonly string[] {
  const of = (status: ControlResult["status"]): readonly ControlResult[] =>
    results
      .filter((result) => result.status === status)
      .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const [failing, unknown, away, passing] = [of("fail"), of("unknown"), of("not-applicable"), of("pass")];
  const [first] = unknown;
  if (first !== undefined && unknown.length === results.length && system === null) {
    return [
      `${style.bold(server)}: nothing is known: ${first.message}`,
      style.dim(`next: ${server === "local" ? "the same command as root" : rootHint(/^(.+)@/.exec(server)?.[1])}`),
    ];
  }
  const paint = { error: style.bad, warning: style.warning, info: style.dim };
  return [
    `${style.bold(server)}${system === null ? "" : `, ${system}`}: ${score === null ? "nothing is known" : `${score} of 100`}`,
    ...(known || system === null ? [] : [style.warning(`  ${system} is not among the systems that this was tried on`)]),
    ...table(
      failing.flatMap(({ id, severity, title, message, remedy }) => [
        [`  ${paint[severity](severity)}`, id, message],
        ["", "", style.dim(`should be: ${title}`)],
        ...(remedy === null || remedy === onlyThis(environment, id) ? [] : [["", "", `by hand: ${remedy}`]]),
      ]),
      { columns },
    ),
    ...section("not known", unknown, columns),
    ...section("does not apply", away, columns),
    `${passing.length} pass, ${failing.length} fail, ${unknown.length} not known, ${away.length} do not apply`,
    ...nextOf(failing, environment).map(style.dim),
  ];
}

/** Where something fails that the program can change. */
function nextOf(failing: readonly ControlResult[], environment: string): readonly string[] {
  if (!failing.some(({ id, remedy }) => remedy === onlyThis(environment, id))) return [];
  return [`next: wherry server harden -e ${environment} --plan; with --only ID for one of them`];
}

const onlyThis = (environment: string, id: string): string => `wherry server harden -e ${environment} --only ${id}`;

const severities: readonly ControlResult["severity"][] = ["error", "warning", "info"];

function section(title: string, results: readonly ControlResult[], columns: number): readonly string[] {
  if (results.length === 0) return [];
  return [
    `${title}:`,
    ...table(
      results.map(({ id, message }) => [`  ${id}`, message]),
      { columns },
    ),
  ];
}

/** What is asked about: one line for each setting, of several servers under their names. */
export function changeLines(
  servers: readonly {
    readonly server: string;
    readonly changes: readonly { readonly id: string; readonly title: string; readonly guarded: boolean }[];
  }[],
): readonly string[] {
  return servers
    .filter(({ changes }) => changes.length > 0)
    .flatMap(({ server, changes }) => [
      `${server}:`,
      ...table(changes.map(({ id, title, guarded }) => [`  ${id}${guarded ? "*" : ""}`, title])),
      ...(changes.some(({ guarded }) => guarded) ? ["  * is taken back by the server unless a new login works"] : []),
      "",
    ]);
}

interface Document {
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

export function formatHardening({ planned, done }: Document, { style, columns }: Screen): readonly string[] {
  if (done === null) {
    return [
      ...planned.flatMap(({ server, score, changes, byHand }) => [
        `${style.bold(server)}: ${score ?? "?"} of 100; ${changes.length === 0 ? "nothing to change" : `${changes.length} to change`}`,
        ...changes.flatMap(({ id, title, fix, found, guarded }) => [
          `${style.bold(title)} (${id})${guarded ? style.warning(" [taken back unless a new login works]") : ""}`,
          `  now: ${found}`,
          `  then: ${fix}`,
        ]),
        ...byHand.map(({ id, message, remedy }) => `${style.warning("by hand:")} ${id}: ${message}; ${remedy}`),
      ]),
      ...(planned.some(({ changes }) => changes.length > 0)
        ? ["", style.dim("do it: the same command without --plan")]
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
        { columns },
      ),
      ...(login === "proven" ? ["a new login works; the timer that would have taken it back is stopped"] : []),
      `${style.bold(server)}: ${changed === 0 ? "nothing was changed" : `${changed} changed`}; ${scoreBefore === null ? "" : `before ${scoreBefore}, `}now ${scoreAfter ?? "?"} of 100`,
    ];
  });
}
