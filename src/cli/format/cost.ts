import { needInWords, rule } from "../../cost/index.ts";
import type { CostDocument } from "../../cost/index.ts";
import type { Screen } from "../definition.ts";
import { wrap } from "../wrap.ts";
import { table } from "./table.ts";

/** Servers that run, then what each size would cost, then what to think of it. */
export function printCost(document: CostDocument, { style, columns }: Screen): readonly string[] {
  const { servers, planned, comparisons, rate, old, written } = document;
  const nothing = servers.length + planned.length + comparisons.length === 0;
  return [
    ...(nothing ? ["there is no server here yet, and none is planned; a size is priced with --cpu and --memory"] : []),
    ...servers.flatMap((server) => [...serverLines(server, { style, columns }), ""]),
    ...planned.flatMap((plan) => [...plannedLines(plan, document, { style, columns }), ""]),
    ...comparisons.flatMap((comparison) => [...comparisonLines(comparison, document, { style, columns }), ""]),
    ...(rate === null
      ? []
      : [style.dim(`Converted at ${rate.value} dollars for a euro, the rate of ${rate.date}.`), ""]),
    ...(old.length === 0
      ? []
      : [
          ...wrap(
            `Older than 60 days, and perhaps wrong: ${old.map(({ title, asOf }) => `${title} (${asOf})`).join(", ")}.`,
            columns,
          ).map(style.warning),
          "Fetch the providers' own prices: wherry cost refresh",
        ]),
    ...written.map((file) => `written: ${file}`),
  ];
}

function serverLines(server: CostDocument["servers"][number], { style, columns }: Screen): readonly string[] {
  const { machine, rented, use, suggestion } = server;
  const unknown = (reason: string | null): string => style.dim(`unknown: ${reason ?? ""}`);
  return [
    `${style.bold(server.server)} (${server.environments.join(", ")})`,
    ...table(
      [
        [
          "  has",
          machine === null
            ? unknown(server.machineReason)
            : `${machine.cpus} CPU (${machine.architecture}), ${gb(machine.memoryGb)} memory, ${gb(machine.diskGb)} disk with ${gb(machine.diskUsedGb)} used`,
        ],
        [
          "  costs",
          rented === null
            ? unknown(server.rentedReason)
            : `${rentedText(rented)} (today's price; an older contract may be cheaper)`,
        ],
        ...(machine === null
          ? []
          : [
              [
                "  uses",
                use === null
                  ? unknown(server.useReason)
                  : `${use.cpuP95} CPU in the 95th percentile, ${gb(use.memoryMaxGb)} memory at most (${use.days} days, ${use.source})`,
              ],
              ...(suggestion === null ? [] : [["  size", suggestionText(suggestion)]]),
            ]),
      ],
      { columns },
    ),
  ];
}

/** With its backups where they are on: that is what is paid. */
function rentedText({
  month,
  withBackups,
  backups,
  currency,
  type,
  location,
}: NonNullable<CostDocument["servers"][number]["rented"]>): string {
  const what = `${currency} a month: ${type} in ${location}`;
  if (withBackups === null) return `≥ ${money(month)} ${what}, and its backups, whose price is unknown`;
  return `${money(withBackups)} ${what}${backups ? ", with its backups" : ""}`;
}

function suggestionText({
  verdict,
  needed,
  size,
  currency,
  saving,
  reason,
}: NonNullable<CostDocument["servers"][number]["suggestion"]>): string {
  const enough = `${needed.cpu} CPU, ${needed.memory} GB memory and ${needed.disk} GB disk would do`;
  const headroom = `at most ${rule.cpu * 100} % of the CPU and ${rule.memory * 100} % of the memory in use`;
  const saved =
    saving === null || verdict !== "larger than needed" ? "" : `, and save ${money(saving)} ${currency} a month`;
  const which = size === null || verdict === "right" ? "" : ` (${size}${saved})`;
  return `${verdict}: ${enough}${which}; ${headroom}${reason === null ? "" : `; ${reason}`}`;
}

/** What the machines of `infrastructure:` would cost, part by part, and what the servers that run cost now. */
function plannedLines(
  {
    environment,
    title,
    size,
    count,
    parts,
    currency,
    atLeast,
    total,
    net,
    gross,
    reason,
    now,
    nowReason,
  }: CostDocument["planned"][number],
  { vat }: CostDocument,
  { style, columns }: Screen,
): readonly string[] {
  if (size === null) return [`${style.bold(`${environment}, as planned`)}: ${style.dim(`unknown: ${reason ?? ""}`)}`];
  const most = total === null ? "≥ " : "";
  return [
    `${style.bold(`${environment}, as planned`)}: ${count === 1 ? "" : `${count} x `}${size} at ${title}`,
    ...table(
      [
        ...parts.map(({ part, amount, reason: why }) => [
          `  ${part}`,
          amount === null ? "unknown" : money(amount),
          style.dim(why ?? ""),
        ]),
        ["  together", `${most}${money(atLeast)}`, `${currency} a month`],
        ...(vat === null
          ? []
          : [
              ["  net", taxedText(net, most), ""],
              [`  with ${vat} % VAT`, taxedText(gross, most), ""],
            ]),
        [
          "  now",
          now === null ? "unknown" : money(now),
          style.dim(now === null ? (nowReason ?? "") : "servers and their backups, at today's prices"),
        ],
      ],
      { right: [1], columns },
    ),
    ...(reason === null ? [] : [style.warning(`  ${size} ${reason}`)]),
  ];
}

function comparisonLines(
  { servers, need, providers }: CostDocument["comparisons"][number],
  { currency, vat }: CostDocument,
  { style, columns }: Screen,
): readonly string[] {
  const head = ["  provider", "size", "cpu", currency, ...(vat === null ? [] : ["net", `+ ${vat} % VAT`]), "as of"];
  const rows = providers.map((row) => {
    const { compared } = row;
    if (compared === null) return [`  ${row.title}`, "-", "-", "unknown", ...(vat === null ? [] : ["-", "-"]), ""];
    const most = compared.total === null ? "≥ " : "";
    return [
      `  ${row.title}`,
      row.size ?? "",
      row.cpu ?? "",
      `${most}${money(compared.atLeast)}`,
      ...(vat === null ? [] : [taxedText(compared.net, most), taxedText(compared.gross, most)]),
      row.asOf ?? "",
    ];
  });
  const said = providers.map((row) => [`  ${row.title}`, remarks(row, currency)]).filter(([, remark]) => remark !== "");
  return [
    style.bold(servers.length === 0 ? needInWords(need) : `${servers.join(", ")}: ${needInWords(need)}`),
    ...table([head.map((cell) => style.dim(cell)), ...rows], { right: vat === null ? [3] : [3, 4, 5] }),
    style.dim(`  A month; ≥: a part is not known.${vat === null ? " Without VAT where a provider says so." : ""}`),
    ...(vat === null ? [style.dim("  --vat RATE shows prices with and without it.")] : []),
    ...(said.length === 0 ? [] : ["", ...table(said, { columns })]),
  ];
}

/** What a row cannot say: parts without a price, sizes that are hard to get, the amount that was converted. */
function remarks(
  {
    compared,
    reason,
    parts,
    scarce,
    cheaperButScarce,
    ...row
  }: CostDocument["comparisons"][number]["providers"][number],
  currency: string,
): string {
  if (compared === null) return reason ?? "";
  const unknown = parts.flatMap(({ part, amount }) => (amount === null ? [part] : []));
  const traffic = parts.find(({ part, amount }) => part === "traffic" && amount === null);
  return [
    ...(unknown.length === 0 ? [] : [`not known: ${unknown.join(", ")}`]),
    ...(traffic === undefined ? [] : [`traffic: ${traffic.reason ?? ""}`]),
    ...(row.currency === currency ? [] : [`listed at ${money(row.atLeast ?? "0")} ${row.currency}`]),
    ...(scarce === null ? [] : [scarce]),
    ...(cheaperButScarce === null
      ? []
      : [`${cheaperButScarce.size} would be ${money(cheaperButScarce.atLeast)}, but ${cheaperButScarce.why}`]),
  ].join("; ");
}

function taxedText(amount: string | null, most: string): string {
  return amount === null ? "unknown" : `${most}${money(amount)}`;
}

/** To the cent, for people. */
function money(full: string): string {
  return Number(full).toFixed(2);
}

function gb(value: number): string {
  return `${value.toFixed(1)} GB`;
}
