import type { MovePlan, MoveResult } from "../../release/index.ts";
import type { Screen } from "../definition.ts";
import { formatBytes } from "./backup.ts";
import { table } from "./table.ts";

/** What would be done, with a mark at what visitors notice. */
export function movePlanLines(plan: MovePlan, { style }: Screen): readonly string[] {
  const { app, environment, from, to, data, steps } = plan;
  return [
    `${app} ${environment} would move from ${from} to ${to}:`,
    ...steps.map(({ title, silent }) => `  ${title}${silent ? style.warning("  (not serving)") : ""}`),
    ...(data.length === 0 ? [] : ["", "data:"]),
    ...table(data.map(({ service, method, bytes }) => [`  ${service}`, method, formatBytes(bytes)])),
  ];
}

/** How long it took, what was compared, and what is left for a person to do. */
export function moveLines(
  result: MoveResult & { readonly written: readonly string[] },
  { style }: Screen,
): readonly string[] {
  const { environment, from, to, release, compared, unserved, bytes, forwards, records, written } = result;
  const known = records.filter(({ address }) => address !== null);
  return [
    `${style.good("moved:")} ${release} of ${environment} serves on ${to}`,
    ...(unserved === null
      ? []
      : [`not served: ${unserved.seconds} s, of that ${unserved.copy} s copy of ${formatBytes(bytes)}`]),
    ...table(
      compared.map(({ service, equal, tables, rows }) => [
        `  ${service}`,
        equal === null ? "not counted" : equal ? style.good("equal") : style.bad("not equal"),
        tables === null ? "" : `${rows ?? 0} rows or files in ${tables}`,
      ]),
    ),
    ...written.map((path) => `written: ${path}`),
    "",
    style.bold("To do:"),
    ...known.map(({ host, address }) => `  DNS: ${host} has to point to ${address}`),
    ...(known.length === records.length ? [] : ["  DNS: the hosts have to point to the new server"]),
    ...(forwards === false
      ? [
          style.warning(
            `  ${from} cannot reach the new server: until then it shows a page to those who still come there`,
          ),
        ]
      : [`  until then ${from} sends requests on to the new server`]),
    `  then clear the old server: wherry infra move -e ${environment} --confirm`,
    `  or take it back, with the data of then: wherry infra move -e ${environment} --back`,
  ];
}
