import * as z from "zod";
import { applyAddition, figureInWords, parseNetwork, planAddition } from "../../../catalog/index.ts";
import type { Addition } from "../../../catalog/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import type { Screen } from "../../definition.ts";
import { table } from "../../format/table.ts";
import { list, optional, required } from "../../parameters.ts";
import { costsShape } from "./shapes.ts";

export const add = command({
  description: [
    "Adds a service to the compose file, with everything that it should have in production: a named volume, a health check, limits of memory, processors, processes and logs, secrets as files, no privileges, time to stop. What it needs and is not there is added with it. Comments and every other byte of your files stay; what is written are plain lines, which are yours from then on.",
    "Names of secrets go into wherry.yaml, and values that all environments share; .env.example says what docker compose needs on a laptop. Says first what it will cost in memory, disk and time.",
  ],
  args: { entry: required("name of an entry", { placeholder: "NAME" }) },
  flags: {
    name: optional("name of the service; that of the entry if left out", { placeholder: "SERVICE" }),
    network: optional("Cardano network: mainnet, preprod or preview; one for all services", {
      placeholder: "NETWORK",
      parse: parseNetwork,
    }),
    with: list("option of the entry, or another entry to add with it; may be given several times, or with commas", {
      placeholder: "WORD",
    }),
    join: list(
      "network of the compose file that its services join, in place of the default one; may be given several times",
      {
        placeholder: "NETWORK",
      },
    ),
  },
  needs: ["plan", "yes"],
  examples: [
    { line: "catalog add postgres --name db", what: "a database under the name db" },
    {
      line: "catalog add cardano-node --network preprod --with mithril,ogmios,kupo",
      what: "a node that starts from a snapshot, with two indexers",
    },
    { line: "catalog add redis --plan", what: "say what would be written" },
  ],
  schema: z.strictObject({
    entries: z.array(
      z.strictObject({ name: z.string(), service: z.string(), title: z.string(), connect: z.string().nullable() }),
    ),
    services: z.array(z.string()),
    changes: z.array(z.strictObject({ path: z.string(), kind: z.string(), diff: z.string() })),
    secrets: z.array(z.strictObject({ name: z.string(), what: z.string(), generate: z.string() })),
    values: z.array(z.strictObject({ name: z.string(), value: z.string(), what: z.string() })),
    costs: z.array(costsShape),
    notes: z.array(z.string()),
    written: z.array(z.string()),
  }),
  async run({ entry, name, network, with: words, join, plan, yes, directory }, ctx) {
    const wanted = words.flatMap((word) => word.split(",")).filter((word) => word !== "");
    const addition = await planAddition(ctx, { entry, name, network, with: wanted, join, directory });
    if (plan || addition.changes.length === 0) return documentOf(addition, []);
    const paths = addition.changes.map(({ path }) => path).join(", ");
    await confirm(ctx, { question: `Write ${paths}?`, yes });
    return documentOf(addition, await applyAddition(ctx, addition));
  },
  print(result, screen) {
    const { entries, changes, written } = result;
    const { style } = screen;
    if (changes.length === 0)
      return [`${entries.map(({ service }) => service).join(", ")}: there already, nothing to change`];
    const diffs = written.length > 0 ? [] : changes.flatMap(({ diff }) => [diff.trimEnd(), ""]);
    const done =
      written.length > 0 ? `${style.good("written:")} ${written.join(", ")}` : style.dim("Nothing was changed.");
    return [...diffs, ...costLines(result, screen), "", ...nextLines(result), "", done];
  },
});

function documentOf(
  { entries, services, changes, secrets, values, costs, notes }: Addition,
  written: readonly string[],
) {
  return {
    entries,
    services,
    changes: changes.map(({ path, kind, diff }) => ({ path, kind, diff })),
    secrets,
    values,
    costs,
    notes,
    written,
  };
}

function costLines({ costs }: Pick<Addition, "costs">, { style }: Screen): readonly string[] {
  return costs.flatMap(({ service, memory, disk, growth, firstStart, stop }) => [
    style.bold(`What ${service} costs`),
    ...table([
      ...memory.map((one) => [`  memory of ${one.service}`, figureInWords(one.limit)]),
      ["  disk", figureInWords(disk)],
      ...(growth === null ? [] : [["  growth", figureInWords(growth)]]),
      ["  first start", figureInWords(firstStart)],
      ["  stop", figureInWords(stop)],
    ]),
  ]);
}

function nextLines({
  entries,
  secrets,
  values,
  notes,
}: Pick<Addition, "entries" | "secrets" | "values" | "notes">): readonly string[] {
  const secretLines = secrets.map(({ name, what, generate }) => `  ${name}: ${what} (${generate})`);
  const valueLines = values.map(({ name, value, what }) => `  ${name}=${value}: ${what}`);
  const reached = entries.flatMap(({ connect }) => (connect === null ? [] : [`  ${connect}`]));
  return [
    ...(reached.length === 0 ? [] : ["Reached by other services at", ...reached]),
    ...(secrets.length === 0
      ? []
      : [
          "Secrets to set, with wherry secrets set NAME -e ENVIRONMENT or in CI, for docker compose in .env",
          ...secretLines,
        ]),
    ...(values.length === 0 ? [] : ["Values, in wherry.yaml; an environment may have its own", ...valueLines]),
    ...(notes.length === 0 ? [] : ["To know", ...notes.map((note) => `  - ${note}`)]),
  ];
}
