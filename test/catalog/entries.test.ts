import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { composeText, plainChoice } from "../../src/catalog/describe.ts";
import { allEntries, entryNamed } from "../../src/catalog/entries.ts";
import { leftOut } from "../../src/catalog/left-out.ts";
import { renderEntry } from "../../src/catalog/render.ts";
import type { Choice } from "../../src/catalog/render.ts";
import { cardanoNetworks } from "../../src/catalog/schema.ts";
import type { Entry, Figure } from "../../src/catalog/schema.ts";

const entries = allEntries();
const names = entries.map(({ name }) => name);

/** The entry for every network that it knows, without options and with all of them. */
function choicesOf(entry: Entry): readonly Choice[] {
  const networks = entry.network ? cardanoNetworks : [undefined];
  return networks.flatMap((network) => {
    const plain = plainChoice(entry, network);
    return [plain, { ...plain, name: "another-one", options: new Set(Object.keys(entry.options)) }];
  });
}

describe.each(entries.map((entry) => [entry.name, entry] as const))("%s", (name, entry) => {
  test("is rendered as it was last looked at", async () => {
    const network = entry.network ? ("preprod" as const) : undefined;
    const choice = { ...plainChoice(entry, network), options: new Set(Object.keys(entry.options)) };

    await expect(composeText(renderEntry(entry, choice))).toMatchFileSnapshot(
      resolve(import.meta.dirname, "golden", `${name}.yaml`),
    );
  });

  test("leaves no placeholder and no line of the template's own behind", () => {
    for (const choice of choicesOf(entry)) {
      const text = composeText(renderEntry(entry, choice));

      expect(text).not.toMatch(/<[A-Za-z][\w-]*>/);
      expect(text).not.toMatch(/# (with [a-z-]+|end)$/m);
    }
  });

  test("each option adds something, and every part of the template is an option", () => {
    const choice = plainChoice(entry, entry.network ? "preprod" : undefined);
    const without = composeText(renderEntry(entry, choice));
    for (const option of Object.keys(entry.options)) {
      expect(composeText(renderEntry(entry, { ...choice, options: new Set([option]) }))).not.toBe(without);
    }

    const asked = [...entry.template.matchAll(/# with ([a-z-]+)$/gm)].map((match) => match[1]);
    expect(Object.keys(entry.options)).toEqual(expect.arrayContaining(asked));
  });

  test("names everything after its service, so that two of it stand side by side", () => {
    const choice = plainChoice(entry, entry.network ? "preprod" : undefined);
    const keys = renderEntry(entry, { ...choice, name: "another-one" }).map(({ key }) => key);

    expect(keys.filter((key) => key !== "another-one" && !key.startsWith("another-one-"))).toEqual([]);
  });

  test("defines the volumes, secrets and configs that it uses, and uses those that it defines", () => {
    for (const choice of choicesOf(entry)) {
      const parts = renderEntry(entry, choice);
      const used = parts.flatMap((part) => (part.section === "services" ? usedBy(part.value) : []));
      const foreign = [...choice.needed.values()].map((service) => `volumes ${service}-socket`);
      const defined = parts.flatMap(({ section, key }) => (section === "services" ? [] : [`${section} ${key}`]));

      expect(used.filter((one) => !defined.includes(one) && !foreign.includes(one))).toEqual([]);
      expect(defined.filter((one) => !used.includes(one))).toEqual([]);
    }
  });

  test("asks for the secrets that its template takes, and for no others", () => {
    const taken = [...entry.template.matchAll(/(?:environment: |\$\{)(<NAME>_\w+?)(?=[:?}\n])/g)].map(
      (match) => match[1],
    );
    const known = [...entry.secrets, ...entry.values].map(({ variable }) => variable);
    const limits = Object.keys(entry.memory).map((which) =>
      which === "main" ? "<NAME>_MEMORY" : `<NAME>_${which.toUpperCase()}_MEMORY`,
    );

    expect(new Set(taken.filter((variable) => !limits.includes(variable ?? "")))).toEqual(new Set(known));
  });

  test("needs entries that there are, and has no figure from the future", () => {
    for (const need of entry.needs) expect(names).toContain(need);
    const figures = figuresIn(entry);

    expect(figures.length).toBeGreaterThan(4);
    for (const { date } of figures) expect(Date.parse(date)).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(entry.review)).toBeGreaterThan(Date.parse("2026-11-25"));
  });

  test("gives a service that keeps data time to stop, at least a minute", () => {
    for (const { section, key, value } of renderEntry(
      entry,
      plainChoice(entry, entry.network ? "mainnet" : undefined),
    )) {
      const service = value as { readonly volumes?: readonly string[]; readonly stop_grace_period?: string };
      if (section !== "services" || !(service.volumes ?? []).some((volume) => !volume.endsWith(":ro"))) continue;
      if (entry.name === "yaci-devkit") continue;
      expect([key, service.stop_grace_period]).toEqual([key, expect.stringMatching(/^\d+m$/)]);
    }
  });
});

test("a node gets ten minutes to stop, and db-sync thirty", () => {
  const graceOf = (name: string): unknown => {
    const entry = entryNamed(name);
    const part = renderEntry(entry, plainChoice(entry, "mainnet")).find(({ key }) => key === name);
    return (part?.value as { readonly stop_grace_period: string } | undefined)?.stop_grace_period;
  };

  expect(graceOf("cardano-node")).toBe("10m");
  expect(graceOf("cardano-db-sync")).toBe("30m");
});

test("the submit API has the version of the node", () => {
  expect(entryNamed("cardano-submit-api").version.value).toBe(entryNamed("cardano-node").version.value);
});

test("no volume of a Cardano service is the same on two networks", () => {
  for (const entry of entries.filter(({ network }) => network)) {
    for (const { section, key, value } of renderEntry(entry, plainChoice(entry, "preprod"))) {
      if (section !== "volumes") continue;
      expect([key, value]).toEqual([key, { name: expect.stringContaining("${CARDANO_NETWORK") }]);
    }
  }
});

test("what is left out is said with the reason, and what is unknown with the nearest name", () => {
  expect(() => entryNamed("minio")).toThrow(/stopped publishing images/);
  expect(() => entryNamed("postgress")).toThrow(expect.objectContaining({ hint: "did you mean postgres?" }));
  expect(() => entryNamed("constructor")).toThrow(/has no constructor/);
  for (const name of Object.keys(leftOut)) expect(names).not.toContain(name);
});

function usedBy(value: unknown): readonly string[] {
  const {
    secrets = [],
    configs = [],
    volumes = [],
  } = value as {
    readonly secrets?: readonly (string | { readonly source: string })[];
    readonly configs?: readonly (string | { readonly source: string })[];
    readonly volumes?: readonly string[];
  };
  const source = (one: string | { readonly source: string }): string => (typeof one === "string" ? one : one.source);
  return [
    ...secrets.map((one) => `secrets ${source(one)}`),
    ...configs.map((one) => `configs ${source(one)}`),
    ...volumes.map((one) => `volumes ${one.split(":")[0]}`),
  ];
}

function figuresIn(value: unknown): readonly Figure[] {
  if (typeof value !== "object" || value === null) return [];
  if ("checked" in value) return [value as Figure];
  return Object.values(value).flatMap(figuresIn);
}

test("what nobody here has seen running is called experimental", () => {
  expect(entries.filter(({ status, tried }) => status === "stable" && tried === undefined)).toEqual([]);
});

test("a template is YAML as it stands, so that editors can show it", () => {
  for (const { template } of entries) expect(Object.keys(parse(template) as object)).toContain("services");
});
