import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { allEntries } from "../../src/catalog/index.ts";
import type { Addition, CardanoNetwork } from "../../src/catalog/index.ts";
import { checkProject } from "../../src/check/index.ts";
import { loadApp, noCompose } from "../compose/helpers.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { add, dotenvOf, read, wherryYaml } from "./helpers.ts";
import type { Wanted } from "./helpers.ts";
import { brokenRules } from "./rules.ts";
import type { Service } from "./rules.ts";

const networks = ["mainnet", "preprod", "preview"] as const;
const entries = allEntries();

/** Every entry, for every network, without options, with each one, and with all of them. */
const alone = entries.flatMap((entry): readonly Wanted[] => {
  const options = Object.keys(entry.options);
  const choices = [[], ...options.map((option) => [option]), ...(options.length > 1 ? [options] : [])];
  const places: readonly (CardanoNetwork | undefined)[] = entry.network ? networks : [undefined];
  return places.flatMap((network) =>
    choices.map((chosen) => ({ entry: entry.name, with: chosen, ...(network === undefined ? {} : { network }) })),
  );
});

/** Every combination of what may stand beside a node. */
const beside = [
  "cardano-submit-api",
  "kupo",
  "cardano-db-sync",
  "cardano-wallet",
  "blockfrost",
  "yaci-store",
  "mithril",
];
const together = Array.from({ length: 2 ** beside.length }, (_, bits): Wanted => ({
  entry: "cardano-node",
  network: networks[bits % 3] ?? "preprod",
  with: beside.filter((_word, index) => (bits & (2 ** index)) > 0),
}));

const databases: Wanted = {
  entry: "postgres",
  name: "db",
  with: [
    "redis",
    "rabbitmq",
    "seaweedfs",
    "meilisearch",
    "keycloak",
    "mailpit",
    "nats",
    "mongodb",
    "mysql",
    "mariadb",
    "valkey",
  ],
};

const title = ({ entry, network, with: words = [] }: Wanted): string =>
  [entry, network, ...words].filter(Boolean).join(" ");

describe.skipIf(noCompose !== undefined)("docker compose takes what is written, and it keeps every rule", () => {
  test.each([...alone, ...together, databases].map((wanted) => [title(wanted), wanted] as const))(
    "%s",
    async (_title, wanted) => {
      const folder = temporaryFolder({
        "wherry.yaml": wherryYaml,
        "compose.yaml": "services:\n  web:\n    image: web:1\n",
      });
      const addition = await add(folder, wanted);

      const services = resolvedServices(folder, addition);

      expect(Object.keys(services)).toEqual(expect.arrayContaining([...addition.services]));
      const broken = addition.services.flatMap((name) =>
        brokenRules(name, services[name] ?? {}).map((rule) => `${name}: ${rule}`),
      );
      expect(broken).toEqual([]);
    },
  );
});

describe("wherry check finds nothing wrong with what is written", () => {
  test.each([...alone, ...together, databases].map((wanted) => [title(wanted), wanted] as const))(
    "%s",
    async (_title, wanted) => {
      const folder = temporaryFolder({ "wherry.yaml": wherryYaml, "compose.yaml": "services: {}\n" });
      const { services } = await add(folder, wanted);

      const { findings } = checkProject({
        files: [{ file: "compose.yaml", text: read(folder, "compose.yaml") }],
        now: new Date(),
      });

      const said = findings
        .filter(({ severity }) => severity !== "info")
        .map(({ rule, message, at }) => `${at.line} ${rule} ${message}`);
      expect(services.length).toBeGreaterThan(0);
      expect(said).toEqual([]);
    },
  );
});

describe.skipIf(noCompose !== undefined)("Wherry understands what is written", () => {
  const everything: Wanted = { entry: "cardano-node", network: "preprod", with: beside };
  test.each(
    [
      ...entries.flatMap(({ name, network }): readonly Wanted[] => [
        { entry: name, ...(network ? { network: "preprod" } : {}) },
      ]),
      everything,
      databases,
    ].map((wanted) => [title(wanted), wanted] as const),
  )("%s", async (_title, wanted) => {
    const folder = temporaryFolder({
      "wherry.yaml": wherryYaml,
      "compose.yaml": "services:\n  web:\n    image: web:1\n",
    });
    const addition = await add(folder, wanted);

    const { model } = await loadApp(folder);

    expect(model.notices.filter(({ severity }) => severity !== "note")).toEqual([]);
    const seen = model.services
      .filter(({ name }) => name !== "web")
      .map(({ name, kind, placement }) => [name, `${kind} ${placement}`]);
    const inProfile = wanted.entry === "yaci-devkit" ? ["yaci-devkit"] : [];
    expect(seen).toEqual(
      addition.services
        .filter((name) => !inProfile.includes(name))
        .toSorted()
        .map((name) => [name, name.endsWith("-mithril") ? "job base" : "stateful base"]),
    );
    expect(model.secrets.map(({ name }) => name).toSorted()).toEqual(
      addition.secrets.map(({ name }) => name).toSorted(),
    );
  });

  test("the socket of the node is a volume of the environment, for its network", async () => {
    const folder = temporaryFolder({ "wherry.yaml": wherryYaml });
    await add(folder, { entry: "ogmios", network: "preview" });

    const { model } = await loadApp(folder);

    expect(model.releaseVolumes).toEqual([]);
    expect(model.resolved.document.volumes).toMatchObject({
      "cardano-node-socket": { name: "shop-production_cardano-node-socket-preview" },
    });
  });
});

function resolvedServices(folder: string, addition: Addition): Readonly<Record<string, Service>> {
  writeFiles(folder, { ".env": dotenvOf(addition) });
  const json = execFileSync(
    "docker",
    ["compose", "--project-name", "catalog", "--profile", "*", "config", "--format", "json"],
    {
      cwd: join(folder),
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
      maxBuffer: 1e8,
    },
  );
  return (JSON.parse(json) as { readonly services: Readonly<Record<string, Service>> }).services;
}
