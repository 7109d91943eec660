import * as z from "zod";

/** What is known of one service of the catalogue: `entries/<name>/entry.yaml`. How it is run stands beside it in `template.yaml`. */

export const cardanoNetworks = ["mainnet", "preprod", "preview"] as const;
export type CardanoNetwork = (typeof cardanoNetworks)[number];

/** For the command line: says what is wrong by throwing an error. */
export function parseNetwork(text: string): CardanoNetwork {
  const network = cardanoNetworks.find((one) => one === text);
  if (network === undefined) throw new Error(`expected ${cardanoNetworks.join(", ")}`);
  return network;
}

/**
 * A figure that somebody will plan with, and where it comes from; `date` is that of the source, or the day on which one
 * without a date was read. `upstream`: its makers say so. `measured`: counted by us.
 * `secondary`: a third party says so. `estimate`: a judgement of ours, which nobody has measured.
 */
export const figure = z.strictObject({
  value: z.string().min(1),
  source: z.string().min(1),
  date: z.iso.date(),
  checked: z.enum(["upstream", "measured", "secondary", "estimate"]),
});
export type Figure = z.infer<typeof figure>;

/** One figure, or one for each Cardano network. */
const figures = z.union([figure, z.strictObject({ mainnet: figure, preprod: figure, preview: figure })]);
export type Figures = z.infer<typeof figures>;

const variable = z.string().regex(/^[A-Z<][A-Z0-9_<>]*$/, "a variable's name, with <NAME> for that of the service");

export const entrySchema = z.strictObject({
  title: z.string().min(1),
  group: z.enum(["databases", "caches", "messages", "files", "search", "identity", "mail", "cardano"]),
  brief: z.string().min(1),
  /** `experimental`: parts of it rest on what nobody here has seen, or its maker has stopped caring; `notes` says which. */
  status: z.enum(["stable", "experimental"]),
  image: z.string().min(1),
  /** Tag of the image. */
  version: figure,
  /** From this day on the version has to be looked at again: said by every command that shows the entry. */
  review: z.iso.date(),
  architectures: figure,
  /** What was seen of it running, and with which program; the real images were not there. Left out: nothing. */
  tried: figure.optional(),
  /** Runs on one of the Cardano networks, which is one value for all of them. */
  network: z.boolean().default(false),
  /** Other entries without which this one cannot run: added where the compose file has none. */
  needs: z.array(z.string()).default([]),
  /** Volumes that entries which need this one mount, as the end of their names. */
  provides: z.array(z.string()).default([]),
  /** Parts of the template that are left out unless asked for, with --with. */
  options: z.record(z.string(), z.string()).default({}),
  /** Memory limits as compose writes them, by service: `main`, and what follows the name of each further one. */
  memory: z.record(z.string(), figures).refine((memory) => "main" in memory, "main is missing"),
  disk: figures,
  growth: figures.optional(),
  firstStart: figures,
  /** How long it may take to stop, why, and what it costs when it is not given that time. */
  stop: figure,
  /**
   * It has no volume of its own that is written to, and is to be changed only when its own lines change, not with every
   * release: `stateful: true` in wherry.yaml.
   */
  inPlace: z.boolean().default(false),
  secrets: z.array(z.strictObject({ variable, what: z.string(), generate: z.string() })).default([]),
  values: z.array(z.strictObject({ variable, value: z.string(), what: z.string() })).default([]),
  /** How other services reach it. */
  connect: z.string().optional(),
  /** What wherry.yaml has to say for visitors to reach it, below `services.<name>`. */
  route: z.string().optional(),
  notes: z.array(z.string()).default([]),
});

export type Entry = z.infer<typeof entrySchema> & {
  readonly name: string;
  /** A compose file with placeholders: see `render.ts`. */
  readonly template: string;
};

/** The figure that holds on a network; the only one where there is one for all. */
export function figureFor(figures: Figures, network: CardanoNetwork | undefined): Figure {
  return "value" in figures ? figures : figures[network ?? "mainnet"];
}
