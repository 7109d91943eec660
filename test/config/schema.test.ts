import { expect, test } from "vitest";
import { configJsonSchema } from "../../src/config/index.ts";

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

function described(schema: JsonSchema, path = ""): readonly (readonly [string, boolean])[] {
  const below = [schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])].filter(
    (part) => typeof part === "object",
  );
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, part]) => [
      [`${path}.${key}`, part.description !== undefined] as const,
      ...described(part, `${path}.${key}`),
    ]),
    ...below.flatMap((part) => described(part, path)),
  ];
}

test("every key of wherry.yaml is described", () => {
  const keys = described(configJsonSchema());

  expect(keys.length).toBeGreaterThan(40);
  expect(keys.filter(([, has]) => !has)).toEqual([]);
});

test("the JSON Schema refuses unknown keys, and allows x- keys at the top", () => {
  expect(configJsonSchema()).toMatchObject({
    additionalProperties: false,
    required: ["app", "environments"],
    patternProperties: { "^x-": {} },
  });
});
