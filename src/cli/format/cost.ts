import { needInWords, rule } from "../../cost/index.ts";
import type { CostDocument } from "../../cost/index.ts";
import type { Screen } from "../definition.ts";
import type { Style } from "../style.ts";
import { table } from "./table.ts";

/** Servers that run, then what each size would cost, then what to think of it. */
export function printCost(document: CostDocument, { style }: Screen): readonly string[] {
  const { servers, planned, comparisons, old, written } = document;
  return [
    ...servers.flatMap((server) => [...serverLines(server, style), ""]),
    ...planned.flatMap((plan) => [...plannedLines(plan, document, style), ""]),
    ...comparisons.flatMap((comparison) => [...comparisonLines(comparison, document, style), ""]),
    ...(old.length === 0
      ? []
      : [
          style.warning(
            `Older than 60 days, and perhaps wrong: ${old.map(({ title, asOf }) => `${title} (${asOf})`).join(", ")}.`,
          ),
          "Fetch the providers' own prices: wherry cost refresh",
        ]),
    ...written.map((file) => `written: ${file}`),
  ];
}

function serverLines(server: CostDocument["servers"][number], style: Style): readonly string[] {
  const { machine, rented, use, suggestion } = server;
  const unknown = (reason: string | null): string => style.dim(`unknown: ${reason ?? ""}`);
  return [
    `${style.bold(server.server)} (${server.environments.join(", ")})`,
    ...table([
      [
        "  has",
        machine === null
          ? unknown(server.machineReason)
          : `${machine.cpus} CPU (${machine.architecture}), ${gb(machine.memoryGb)} memory, ${gb(machine.diskGb)} disk with ${gb(machine.diskUsedGb)} used`,
      ],
      ...(machine === null
        ? []
        : [
            [
              "  costs",
              rented === null
                ? unknown(server.rentedReason)
                : `${money(rented.month)} ${rented.currency} a month: ${rented.type} in ${rented.location}${rented.backups ? ", and its backups" : ""} (today's price; an older contract may be cheaper)`,
            ],
            [
              "  uses",
              use === null
                ? unknown(server.useReason)
                : `${use.cpuP95} CPU in the 95th percentile, ${gb(use.memoryMaxGb)} memory at most (${use.days} days, ${use.source})`,
            ],
            ...(suggestion === null ? [] : [["  size", suggestionText(suggestion)]]),
          ]),
    ]),
  ];
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
  }: CostDocument["planned"][number],
  { vat }: CostDocument,
  style: Style,
): readonly string[] {
  if (size === null) return [`${style.bold(`${environment}, as planned`)}: ${style.dim(`unknown: ${reason ?? ""}`)}`];
  const most = total === null ? "≥ " : "";
  return [
    `${style.bold(`${environment}, as planned`)}: ${count === 1 ? "" : `${count} x `}${size} at ${title}`,
    ...table([
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
        style.dim(
          now === null ? "no token tells what runs, or nothing runs" : "servers and their backups, at today's prices",
        ),
      ],
    ]),
    ...(reason === null ? [] : [style.warning(`  ${size} ${reason}`)]),
  ];
}

function comparisonLines(
  { servers, need, providers }: CostDocument["comparisons"][number],
  { currency, vat }: CostDocument,
  style: Style,
): readonly string[] {
  const head = [
    "  provider",
    "size",
    "cpu",
    currency,
    ...(vat === null ? [] : ["net", `with ${vat} % VAT`]),
    "own currency",
    "as of",
    "",
  ];
  const rows = providers.map((row) => {
    if (row.compared === null)
      return [
        `  ${row.title}`,
        "-",
        "-",
        "unknown",
        ...(vat === null ? [] : ["", ""]),
        "",
        "",
        style.dim(row.reason ?? ""),
      ];
    const { compared } = row;
    const most = compared.total === null ? "≥ " : "";
    return [
      `  ${row.title}`,
      row.size ?? "",
      row.cpu ?? "",
      `${most}${money(compared.atLeast)}`,
      ...(vat === null ? [] : [taxedText(compared.net, most), taxedText(compared.gross, most)]),
      row.currency === currency ? "" : `${most}${money(row.atLeast ?? "0")} ${row.currency}`,
      row.asOf ?? "",
      style.dim(remarks(row)),
    ];
  });
  return [
    style.bold(servers.length === 0 ? needInWords(need) : `${servers.join(", ")}: ${needInWords(need)}`),
    ...table([head.map((cell) => style.dim(cell)), ...rows]),
    style.dim(
      `  A month; ≥: a part is not known.${vat === null ? " Without VAT where a provider says so; --vat RATE shows both." : ""}`,
    ),
  ];
}

function remarks({
  parts,
  scarce,
  cheaperButScarce,
}: CostDocument["comparisons"][number]["providers"][number]): string {
  const unknown = parts.flatMap(({ part, amount }) => (amount === null ? [part] : []));
  return [
    ...(unknown.length === 0 ? [] : [`not known: ${unknown.join(", ")}`]),
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
