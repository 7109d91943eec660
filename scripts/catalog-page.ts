import { allEntries, cardanoNetworks, describeEntry, figureInWords, leftOut } from "../src/catalog/index.ts";
import { markdownTable } from "./generated-part.ts";

/** The manual's part on each entry of the catalogue, from the entries themselves. */
export function catalogPart(): string {
  const entries = allEntries();
  const rows = entries.map(({ name, version, status, brief }) => [`[${name}](#${name})`, version.value, status, brief]);
  const gone = Object.entries(leftOut).map(([name, { why, instead }]) => [name, why, instead]);
  return [
    "## What there is",
    markdownTable(["entry", "version", "", "for"], rows),
    ...entries.map(({ name }) => section(name)),
    "## What is left out",
    markdownTable(["name", "why", "instead"], gone),
  ].join("\n\n");
}

function section(name: string): string {
  const entry = describeEntry(name, undefined);
  const networks = entry.network === null ? ([undefined] as const) : cardanoNetworks;
  const costs = networks.map((network) => ({ network, ...describeEntry(name, network).costs }));
  const rows = costs.flatMap(({ network, memory, disk, growth, firstStart }) => {
    const facts: readonly (readonly [string, Figure | null])[] = [
      ...memory.map(({ service, limit }) => [`memory of ${service}`, limit] as const),
      ["disk", disk],
      ["growth", growth],
      ["first start", firstStart],
    ];
    return facts.flatMap(([what, figure]) =>
      figure === null ? [] : [[network ?? "", what, figureInWords(figure), figure.source]],
    );
  });
  const seen = new Set<string>();
  const distinct = rows.filter(([, ...rest]) => !seen.has(rest.join()) && seen.add(rest.join()));
  const sameEverywhere = (what: string | undefined): boolean =>
    entry.network !== null && distinct.filter(([, one]) => one === what).length === 1;
  const shown = distinct.map(([network = "", what = "", ...rest]) => [
    sameEverywhere(what) ? "all" : network,
    what,
    ...rest,
  ]);
  const stop = ["", "stop", figureInWords(entry.costs.stop), entry.costs.stop.source];
  const lines = [
    `\`${entry.image}:${entry.version.value}\` (${entry.version.source}; to be looked at again by ${entry.review}), for ${entry.architectures.value}.`,
    entry.tried === null
      ? "Not seen running here."
      : `Seen running: ${entry.tried.value}; ${entry.tried.source}, ${entry.tried.date}.`,
    entry.needs.length === 0 ? "" : `Needs ${entry.needs.join(", ")}, which is added with it where it is missing.`,
    entry.connect === null ? "" : `Reached at \`${entry.connect}\`.`,
    entry.route === null ? "" : `For visitors, in wherry.yaml: \`services: { ${name}: ${entry.route} }\`.`,
  ];
  const points = [
    ...entry.secrets.map(({ variable, what, generate }) => `Secret \`${variable}\`: ${what} (\`${generate}\`).`),
    ...entry.values.map(({ variable, what }) => `Value \`${variable}\`: ${what}.`),
    ...Object.entries(entry.options).map(([option, what]) => `\`--with ${option}\`: ${what}.`),
    ...entry.notes,
  ];
  return [
    `### ${name}`,
    `${entry.brief}${entry.status === "experimental" ? " **Experimental.**" : ""}`,
    lines.filter((line) => line !== "").join(" "),
    markdownTable(
      entry.network === null ? ["", "", "source"] : ["network", "", "", "source"],
      [...shown, stop].map((row) => (entry.network === null ? row.slice(1) : row)),
    ),
    points.map((point) => `- ${point}`).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

type Figure = Parameters<typeof figureInWords>[0];
