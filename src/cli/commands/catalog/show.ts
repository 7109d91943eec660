import * as z from "zod";
import {
  cardanoNetworks,
  describeEntry,
  entrySchema,
  figure,
  figureInWords,
  parseNetwork,
} from "../../../catalog/index.ts";
import { command } from "../../definition.ts";
import { table } from "../../format/table.ts";
import { optional, required } from "../../parameters.ts";
import { costsShape } from "./shapes.ts";

const { title, group, status, brief, image, version, review, architectures } = entrySchema.shape;

export const show = command({
  description: [
    "Says what is known of a service: version, memory, disk, how long its first start takes, what it needs, what goes wrong, and the lines that would be written. Every figure has its source and date; estimates are called so.",
  ],
  args: { entry: required("name of an entry", { placeholder: "NAME" }) },
  flags: {
    network: optional("Cardano network for the figures; mainnet if left out", {
      placeholder: "NETWORK",
      parse: parseNetwork,
    }),
  },
  examples: [
    { line: "catalog show postgres", what: "what PostgreSQL costs" },
    { line: "catalog show cardano-node --network preprod", what: "a Cardano node of a test network" },
  ],
  schema: z.strictObject({
    name: z.string(),
    title,
    group,
    status,
    brief,
    image,
    version,
    review,
    architectures,
    network: z.enum(cardanoNetworks).nullable(),
    tried: figure.nullable(),
    needs: z.array(z.string()),
    options: z.record(z.string(), z.string()),
    inPlace: z.boolean(),
    costs: costsShape,
    secrets: z.array(z.strictObject({ variable: z.string(), what: z.string(), generate: z.string() })),
    values: z.array(z.strictObject({ variable: z.string(), value: z.string(), what: z.string() })),
    connect: z.string().nullable(),
    route: z.string().nullable(),
    notes: z.array(z.string()),
    compose: z.string(),
  }),
  run: async ({ entry, network }) => describeEntry(entry, network),
  print(entry, { style }) {
    const { costs, network } = entry;
    const facts: readonly (readonly [string, string])[] = [
      ["image", `${entry.image}:${figureInWords(entry.version)}`],
      ["processors", entry.architectures.value],
      ["needs", entry.needs.join(", ")],
      ["network", network ?? ""],
      ...costs.memory.map(({ service, limit }) => [`memory of ${service}`, figureInWords(limit)] as const),
      ["disk", figureInWords(costs.disk)],
      ["growth", costs.growth === null ? "" : figureInWords(costs.growth)],
      ["first start", figureInWords(costs.firstStart)],
      ["stop", figureInWords(costs.stop)],
      ["reached at", entry.connect ?? ""],
      ["in wherry.yaml", entry.inPlace ? `services: { ${entry.name}: { stateful: true } }` : ""],
      ["for visitors", entry.route === null ? "" : `services: { ${entry.name}: ${entry.route} }`],
      ...entry.secrets.map(({ variable, what }) => [`secret ${variable}`, what] as const),
      ...entry.values.map(({ variable, what }) => [`value ${variable}`, what] as const),
      ...Object.entries(entry.options).map(([option, what]) => [`--with ${option}`, what] as const),
      ["seen running", entry.tried === null ? "nothing of it" : `${entry.tried.value}; ${entry.tried.source}`],
      ["to be reviewed", entry.review],
    ];
    return [
      `${style.bold(entry.title)}: ${entry.brief}`,
      ...(entry.status === "experimental" ? [style.warning("Experimental: see the points below.")] : []),
      "",
      ...table(facts.filter(([, value]) => value !== "").map(([key, value]) => [`  ${key}`, value])),
      "",
      ...entry.notes.map((note) => `- ${note}`),
      "",
      style.dim(entry.compose.trimEnd()),
    ];
  },
});
