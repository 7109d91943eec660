import { formatSeconds } from "../../core/index.ts";
import type { LedAddress, LedRecord, Moved, RebuildPlan, Rebuilt } from "../../infra/index.ts";
import type { MovePlan } from "../../release/index.ts";
import type { Screen } from "../definition.ts";
import { formatBytes } from "./backup.ts";
import { table } from "./table.ts";

/** What would be done, with a mark at what visitors notice. */
export function movePlanLines(plan: MovePlan & LedWays, { style }: Screen): readonly string[] {
  const { app, environment, from, to, data, addresses, dns, steps } = plan;
  return [
    `${app} ${environment} would move from ${from} to ${to}:`,
    ...steps.map(({ title, silent }) => `  ${title}${silent ? style.warning("  (not serving)") : ""}`),
    ...(data.length === 0 ? [] : ["", "data:"]),
    ...table(data.map(({ service, method, bytes }) => [`  ${service}`, method, formatBytes(bytes)])),
    ...(addresses.length === 0 ? [] : ["", "floating addresses:"]),
    ...table(addresses.map((one) => [`  ${one.address}`, hands(one), `at ${one.at}`])),
    ...(dns.length === 0 ? [] : ["", "DNS:"]),
    ...table(dns.map(({ host, type, at, ...record }) => [`  ${host}`, type, change(record), `at ${at}`])),
  ];
}

export function rebuildPlanLines({ app, environment, from, to, repository, steps }: RebuildPlan): readonly string[] {
  return [
    `${from} does not answer; ${app} ${environment} would be on ${to}, with the latest copy in ${repository}:`,
    ...steps.map((step) => `  ${step}`),
  ];
}

export function rebuiltLines(result: Rebuilt, { style }: Screen): readonly string[] {
  const { environment, from, to, release, copy, compared, records, written } = result;
  return [
    `${style.good("there again:")} ${release} of ${environment} serves on ${to}, with the copy of ${copy.at}`,
    ...comparedLines(compared, { style }),
    ...ledLines(result),
    ...written.map((path) => `written: ${path}`),
    "",
    style.bold("To do:"),
    ...recordLines(records),
    `  have copies made there, too: wherry backup schedule -e ${environment}`,
    `  should ${from} come back, it must not serve: switch it off before, or remove the app from it`,
  ];
}

function comparedLines(compared: Rebuilt["compared"], { style }: Pick<Screen, "style">): readonly string[] {
  return table(
    compared.map(({ service, equal, tables, rows }) => [
      `  ${service}`,
      equal === null ? "not counted" : equal ? style.good("equal") : style.bad("not equal"),
      tables === null ? "" : `${rows ?? 0} rows or files in ${tables}`,
    ]),
  );
}

/** What of DNS is left to people. */
function recordLines(records: Moved["records"]): readonly string[] {
  const known = records.filter(({ address, type }) => address !== null || type !== null);
  return [
    ...known.map(({ host, type, address }) => {
      const which = type === null ? host : `${host} ${type}`;
      return address === null
        ? `  DNS: ${which} leads elsewhere, and no such address of the new server is known: look at it`
        : `  DNS: ${which} has to point to ${address}`;
    }),
    ...(known.length === records.length ? [] : ["  DNS: the hosts have to point to the new server"]),
  ];
}

/** What leads visitors to another server. */
interface LedWays {
  readonly addresses: readonly LedAddress[];
  readonly dns: readonly LedRecord[];
}

/** What was done to floating addresses and DNS; nothing, where nothing was. */
export function ledLines({ addresses, dns }: LedWays): readonly string[] {
  const led = table(addresses.map((one) => [`floating address: ${one.address}`, hands(one), `at ${one.at}`]));
  if (dns.length === 0) return led;
  const longest = Math.max(...dns.map(({ ttl }) => ttl));
  return [
    ...led,
    ...table(dns.map(({ host, type, at, ...record }) => [`DNS: ${host}`, type, change(record), `at ${at}`])),
    `DNS: others may go by the old addresses for ${formatSeconds(longest)}`,
  ];
}

function hands({ from, to }: LedAddress): string {
  return `${from ?? "no server"} -> ${to}`;
}

function change({ before, after }: Pick<LedRecord, "before" | "after">): string {
  return after.length === 0 ? `${before.join(", ")} removed` : `${before.join(", ")} -> ${after.join(", ")}`;
}

/** How long it took, what was compared, and what is left for a person to do. */
export function moveLines(result: Moved & { readonly stack?: string }, { style }: Screen): readonly string[] {
  const { environment, from, to, release, compared, unserved, bytes, forwards, records, written } = result;
  const which = `-e ${environment}${result.stack === undefined ? "" : ` --stack ${result.stack}`}`;
  return [
    `${style.good("moved:")} ${release} of ${environment} serves on ${to}`,
    ...(unserved === null
      ? []
      : [
          `not served: ${unserved.seconds} s = ${unserved.stop} s stop + ${unserved.copy} s copy of ${formatBytes(bytes)} + ${unserved.start} s start until healthy`,
        ]),
    ...comparedLines(compared, { style }),
    ...ledLines(result),
    ...written.map((path) => `written: ${path}`),
    "",
    style.bold("To do:"),
    ...recordLines(records),
    ...(forwards === false
      ? [
          style.warning(
            `  ${from} does not get through to the new server: it shows a page to those who still come there`,
          ),
        ]
      : [`  ${from} sends requests on to the new server, for those who still come there`]),
    `  when nobody does any more, clear it: wherry infra move ${which} --confirm`,
    `  or take it back, with the data of then: wherry infra move ${which} --back`,
  ];
}
