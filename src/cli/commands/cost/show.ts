import {
  architectures,
  costDocument,
  costs,
  currencies,
  documentOf,
  most,
  Need,
  unreached,
  writeComparison,
} from "../../../cost/index.ts";
import { usageError } from "../../../core/index.ts";
import type { WherryError } from "../../../core/index.ts";
import { command } from "../../definition.ts";
import { printCost } from "../../format/cost.ts";
import { optional, toggle } from "../../parameters.ts";
import { schemas } from "../../schemas.ts";

export const show = command({
  description: [
    "Measures the servers of the environments (processors, memory, disk), says what they cost where a token of the provider lets it ask (HCLOUD_TOKEN, DIGITALOCEAN_TOKEN), and compares servers of that size at Hetzner, DigitalOcean, AWS, Google Cloud, Azure, Oracle, Alibaba, IBM, OVHcloud and Scaleway. Changes nothing.",
    "Where wherry.yaml has `infrastructure:`, also what those machines would cost: the server type that infrastructure.needs comes to, addresses, the provider's backups and volumes, beside what the servers of that environment cost now.",
    "With --cpu and --memory, prices of a server of that size instead: no server is asked, and no wherry.yaml is needed.",
    "Every figure has a source and a date (--json has them). A part that no source names is not known, and the sum is then at least what is known. Figures older than 60 days are called old: wherry cost refresh fetches the providers' own.",
    "Where sysstat or Prometheus has kept a week of measurements, says whether a server is larger than it needs to be, or too small.",
  ],
  flags: {
    environment: optional("servers of this environment alone", { short: "e", placeholder: "NAME" }),
    cpu: optional("processors of a server to be priced", { placeholder: "NUMBER", parse: amount(most.cpu) }),
    memory: optional("its memory in GB", { placeholder: "GB", parse: amount(most.memory) }),
    disk: optional("its disk in GB; 40 if left out", { placeholder: "GB", parse: amount(most.disk) }),
    traffic: optional("GB that leave each server for the internet in a month; as measured, or 0, if left out", {
      placeholder: "GB",
      parse: amount(most.traffic),
    }),
    ipv4: optional("public IPv4 addresses of a server to be priced; 1 if left out", {
      placeholder: "NUMBER",
      parse: amount(most.ipv4),
    }),
    count: optional("how many of them; 1 if left out", { placeholder: "NUMBER", parse: amount(most.count) }),
    backup: toggle("with copies of the whole server by its provider"),
    arch: optional(`instruction set that the images are built for: ${architectures.join(", ")}`, {
      placeholder: "NAME",
      default: "x86",
      parse: oneOf(architectures),
    }),
    currency: optional(`currency to compare in: ${currencies.join(", ")}`, {
      placeholder: "NAME",
      default: "EUR",
      parse: oneOf(currencies),
    }),
    vat: optional("rate of VAT in percent: shows prices with and without it", { placeholder: "PERCENT", parse: rate }),
    prometheus: optional("address of a Prometheus with figures of node_exporter, to judge the size by", {
      placeholder: "URL",
      parse: address,
    }),
    csv: optional("also write the comparison to this file, as CSV", { placeholder: "FILE" }),
    svg: optional("also write it to this file, as a chart", { placeholder: "FILE" }),
  },
  examples: [
    { line: "cost", what: "what runs now, and what it would cost elsewhere" },
    { line: "cost --cpu 2 --memory 4 --backup --vat 19", what: "a server with 2 processors and 4 GB, with backups" },
    { line: "cost -e production --svg cost.svg", what: "a chart of the comparison for production" },
  ],
  schema: costDocument.extend({ error: schemas.error.optional() }),
  async run(input, ctx) {
    const { environment, directory, traffic, backup, arch, currency, vat, prometheus, csv, svg } = input;
    const view = { architecture: arch, currency, vat };
    const cost = await costs(
      ctx,
      { directory, environment, need: typedNeed(input), traffic, backup, view, prometheus },
      ctx.report,
    );
    const document = documentOf(cost, []);
    const failure = unreached(cost);
    const failed: Failed = failure === undefined ? {} : { failure };
    const written = [...(await writeComparison(ctx, document, { csv, svg }))];
    return { ...document, written, ...failed };
  },
  print: (document, screen) => printCost(document, screen),
  printsFailed: true,
  failure: ({ failure }) => failure,
});

interface Failed {
  /** Taken out by the command line. */
  readonly failure?: WherryError;
}

interface Typed {
  readonly environment: string | undefined;
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
  readonly disk: number | undefined;
  readonly traffic: number | undefined;
  readonly ipv4: number | undefined;
  readonly count: number | undefined;
  readonly backup: boolean;
}

/** Undefined where nothing was said of a size: then it is about the servers that run. */
function typedNeed({ environment, cpu, memory, disk, traffic, ipv4, count, backup }: Typed): Need | undefined {
  if (cpu === undefined && memory === undefined) {
    const lonely = Object.entries({ disk, ipv4, count }).find(([, value]) => value !== undefined)?.[0];
    if (lonely === undefined) return undefined;
    throw usageError(
      "half-a-need",
      `wherry cost: --${lonely} is about a server to be priced: --cpu and --memory are missing`,
    );
  }
  if (cpu === undefined || memory === undefined)
    throw usageError("half-a-need", "wherry cost: a server to be priced needs both --cpu and --memory");
  if (environment !== undefined)
    throw usageError(
      "half-a-need",
      "wherry cost: --environment is about servers that run, and --cpu about one that is to be priced",
    );
  const need = Need.safeParse({
    cpu,
    memory,
    disk: disk ?? 40,
    traffic: traffic ?? 0,
    ipv4: ipv4 ?? 1,
    backup,
    count: count ?? 1,
  });
  if (need.success) return need.data;
  const [issue] = need.error.issues;
  throw usageError("invalid-value", `wherry cost: --${issue?.path.join(".") ?? ""}: ${issue?.message ?? "cannot be"}`);
}

function amount(largest: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}(\.\d{1,3})?$/.test(text)) throw new Error("expected a number such as 4");
    if (Number(text) > largest) throw new Error(`expected at most ${largest}`);
    return Number(text);
  };
}

function rate(text: string): number {
  if (!/^\d{1,2}(\.\d{1,2})?%?$/.test(text)) throw new Error("expected a percentage such as 19");
  return Number.parseFloat(text);
}

function address(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const own = url !== undefined && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && own)) return text;
  throw new Error(
    "expected an address with https, or one of this machine: ssh -L 9090:localhost:9090 SERVER makes one",
  );
}

function oneOf<const T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((one) => one.toLowerCase() === text.toLowerCase());
    if (word === undefined) throw new Error(`expected ${words.join(", ")}`);
    return word;
  };
}
