import type { CostDocument } from "./document.ts";

const columns = [
  "servers",
  "provider",
  "region",
  "size",
  "architecture",
  "cpu",
  "count",
  "currency",
  "server",
  "storage",
  "ipv4",
  "traffic",
  "backup",
  "load_balancer",
  "at_least",
  "total",
  "compared_currency",
  "compared_at_least",
  "compared_total",
  "net",
  "gross",
  "as_of",
  "sources",
  "unknown",
] as const;

type Line = Readonly<Partial<Record<(typeof columns)[number], string | null>>>;

/**
 * One line for each provider and need, and for each plan, as RFC 4180 has it. What is unknown is empty, and the last column
 * says why.
 */
export function csvOf({ comparisons, planned }: CostDocument): string {
  const lines: readonly Line[] = [
    ...planned.map(planLine),
    ...comparisons.flatMap(({ servers, need, providers }) =>
      providers.map((row) => providerLine(servers.join(" "), need.count, row)),
    ),
  ];
  return [columns, ...lines.map((line) => columns.map((column) => line[column] ?? ""))]
    .map((fields) => `${fields.map(quoted).join(",")}\r\n`)
    .join("");
}

function providerLine(
  servers: string,
  count: number,
  row: CostDocument["comparisons"][number]["providers"][number],
): Line {
  const { title, compared, parts, reason } = row;
  const { region, size, architecture, cpu, currency, atLeast, total, asOf } = row;
  return {
    servers,
    provider: title,
    region,
    size,
    architecture,
    cpu,
    count: String(count),
    currency,
    total,
    ...amounts(parts),
    at_least: atLeast,
    compared_currency: compared?.currency ?? null,
    compared_at_least: compared?.atLeast ?? null,
    compared_total: compared?.total ?? null,
    net: compared?.net ?? null,
    gross: compared?.gross ?? null,
    as_of: asOf,
    ...origins([...parts, ...(compared === null ? [] : [compared])], parts, reason),
  };
}

/** Its amounts are in the currency of the comparison already. */
function planLine(plan: CostDocument["planned"][number]): Line {
  const { environment, title, size, count, currency, parts, atLeast, total, net, gross, asOf, reason } = plan;
  return {
    servers: `${environment} as planned`,
    provider: title,
    size,
    count: String(count),
    currency,
    ...amounts(parts),
    ...(size === null
      ? {}
      : { at_least: atLeast, total, compared_currency: currency, compared_at_least: atLeast, compared_total: total }),
    net,
    gross,
    as_of: asOf,
    ...origins([...parts, plan], parts, reason),
  };
}

type Parts = readonly (
  | CostDocument["comparisons"][number]["providers"][number]["parts"][number]
  | CostDocument["planned"][number]["parts"][number]
)[];

function amounts(parts: Parts): Line {
  const part = (name: string): string | null => parts.find((one) => one.part === name)?.amount ?? null;
  return {
    server: part("server"),
    storage: part("storage") ?? part("volume"),
    ipv4: part("ipv4"),
    traffic: part("traffic"),
    backup: part("backup"),
    load_balancer: part("load balancer"),
  };
}

type Sources = Parts[number]["sources"];

/** @param sourced what figures come from: the parts, and the sum with what it is converted and taxed by */
function origins(sourced: readonly { readonly sources: Sources }[], parts: Parts, reason: string | null): Line {
  const sources = new Set(sourced.flatMap((one) => one.sources.map(({ url, date }) => `${url} (${date})`)));
  const reasons = parts.flatMap(({ part, reason: why }) => (why === null ? [] : [`${part}: ${why}`]));
  return {
    sources: [...sources].join(" "),
    unknown: [...reasons, ...(reason === null ? [] : [reason])].join("; "),
  };
}

/** Spreadsheets run what begins like a formula; nothing here needs to. */
function quoted(field: string): string {
  const safe = /^[=+@\t]|^-\D/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
