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

/** One line for each provider and need, as RFC 4180 has it. What is unknown is empty, and the last column says why. */
export function csvOf({ comparisons }: CostDocument): string {
  const lines = comparisons.flatMap(({ servers, need, providers }) =>
    providers.map((row) => {
      const part = (name: string): string => row.parts.find((one) => one.part === name)?.amount ?? "";
      const reasons = row.parts.flatMap(({ part: name, reason }) => (reason === null ? [] : [`${name}: ${reason}`]));
      const sources = new Set(row.parts.flatMap((one) => one.sources.map(({ url, date }) => `${url} (${date})`)));
      return [
        servers.join(" "),
        row.title,
        row.region,
        row.size ?? "",
        row.architecture ?? "",
        row.cpu ?? "",
        String(need.count),
        row.currency ?? "",
        part("server"),
        part("storage"),
        part("ipv4"),
        part("traffic"),
        part("backup"),
        row.atLeast ?? "",
        row.total ?? "",
        row.compared?.currency ?? "",
        row.compared?.atLeast ?? "",
        row.compared?.total ?? "",
        row.compared?.net ?? "",
        row.compared?.gross ?? "",
        row.asOf ?? "",
        [...sources].join(" "),
        [...reasons, ...(row.reason === null ? [] : [row.reason])].join("; "),
      ];
    }),
  );
  return [columns, ...lines].map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

/** Spreadsheets run what begins like a formula; nothing here needs to. */
function quoted(field: string): string {
  const safe = /^[=+@\t]|^-\D/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
