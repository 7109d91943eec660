import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { composeKeys } from "../../src/compose/index.ts";

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

const schema = JSON.parse(
  readFileSync(new URL("../../src/compose/compose-spec.json", import.meta.url), "utf8"),
) as Schema;

/** Every alternative of a schema, references followed. */
function parts(part: Schema | undefined): readonly Schema[] {
  if (part === undefined) return [];
  const referred = part.$ref === undefined ? [] : parts(schema.$defs?.[part.$ref.replace("#/$defs/", "")]);
  return [part, ...referred, ...[...(part.oneOf ?? []), ...(part.anyOf ?? []), ...(part.allOf ?? [])].flatMap(parts)];
}

const keysOf = (part: Schema | undefined): readonly string[] => [
  ...new Set(parts(part).flatMap((one) => Object.keys(one.properties ?? {}))),
];
const property = (part: Schema | undefined, key: string): Schema | undefined =>
  parts(part).find((one) => one.properties?.[key] !== undefined)?.properties?.[key];
const definition = (name: string): Schema | undefined => schema.$defs?.[name];

const service = definition("service");
const sections: Readonly<Record<string, Schema | undefined>> = {
  "": schema,
  "services.*.": service,
  "services.*.build.": property(service, "build"),
  "services.*.deploy.": property(service, "deploy"),
  "services.*.healthcheck.": property(service, "healthcheck"),
  "networks.*.": definition("network"),
  "volumes.*.": definition("volume"),
  "secrets.*.": definition("secret"),
  "configs.*.": definition("config"),
};

const inTable = (prefix: string): readonly string[] =>
  composeKeys
    .map((key) => key.path)
    .filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes("."))
    .map((path) => path.slice(prefix.length));

describe("every key of the compose specification is passed, translated or refused", () => {
  test.each(Object.entries(sections))("%s*", (prefix, part) => {
    expect(keysOf(part).length).toBeGreaterThan(3);
    expect(inTable(prefix).toSorted()).toEqual(keysOf(part).toSorted());
  });
});

test("no key is in the table twice, and each that is not passed says what becomes of it", () => {
  const paths = composeKeys.map((key) => key.path);

  expect(new Set(paths).size).toBe(paths.length);
  expect(composeKeys.filter((key) => key.handling !== "passed" && key.message === "")).toEqual([]);
});
