import { configJsonSchema } from "../src/config/index.ts";
import { markdownTable } from "./generated-part.ts";

/** The part of JSON Schema that the schema of wherry.yaml is written in. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The tables of the manual's page on wherry.yaml: one for each mapping with keys of its own. */
export function configTables(): string {
  const root = configJsonSchema() as Schema;
  const shared = Object.keys(root.properties ?? {}).filter(
    (key) => key !== "app" && key !== "previews" && !above.includes(key),
  );
  const anew = (key: string, instead: string): readonly string[] => {
    const section = itemOf(root.properties?.[key]);
    const again = shared.filter((name) => section?.properties?.[name] !== undefined);
    const own = withKeys(section, (name) => !shared.includes(name));
    const words = `May say ${list(again.map((name) => `\`${name}\``))} ${instead}, and:`;
    const below = withKeys(own, (name) => !above.includes(name));
    return [`## \`${key}.NAME\``, words, keyTable(own), ...tablesBelow(below, `${key}.NAME`)];
  };
  return [
    "## Top level",
    keyTable(root),
    ...anew("environments", "anew for this environment"),
    ...anew("stacks", "for this stack"),
    "## `previews`",
    "What is left out is as at the top level, of which previews take `compose`, `profiles`, `services`, `secrets`, `values`, `tls` and `check`. [More on previews](previews.md).",
    keyTable(mappingOf(root.properties?.["previews"]) ?? {}),
    ...tablesBelow(
      withKeys(root, (key) => key !== "previews" && !above.includes(key)),
      "",
    ),
  ].join("\n\n");
}

/** Mappings whose entries may say again what is above them. */
const above: readonly string[] = ["environments", "stacks"];

function itemOf(schema: Schema | undefined): Schema | undefined {
  return mappingOf(mappingOf(schema)?.additionalProperties);
}

function keyTable(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => [
    `\`${key}\``,
    formOf(value),
    `${schema.required?.includes(key) === true ? "Required. " : ""}${value.description ?? ""}`,
  ]);
  return markdownTable(["key", "form", "meaning"], rows);
}

/** Sections for the mappings that keys of this one may hold, and for those below. */
function tablesBelow(schema: Schema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const here = path === "" ? key : `${path}.${key}`;
    const mapping = mappingOf(value);
    const named = mappingOf(mapping?.additionalProperties);
    const [found, name] = mapping?.properties === undefined ? [named, `${here}.NAME`] : [mapping, here];
    if (found?.properties === undefined) return [];
    return [`## \`${name}\``, keyTable(found), ...tablesBelow(found, name)];
  });
}

/** The mapping among the forms that a value may have. */
function mappingOf(schema: Schema | boolean | undefined): Schema | undefined {
  if (schema === undefined || typeof schema === "boolean") return undefined;
  return [schema, ...(schema.anyOf ?? [])].find((form) => form.type === "object");
}

function withKeys(schema: Schema | undefined, wanted: (key: string) => boolean): Schema {
  const properties = Object.entries(schema?.properties ?? {}).filter(([key]) => wanted(key));
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** `text or list of texts`. */
function formOf(schema: Schema): string {
  const forms = (schema.anyOf ?? [schema]).filter((form) => form.type !== "null").map(nameOf);
  return [...new Set(forms)].join(" or ");
}

function nameOf(schema: Schema): string {
  switch (schema.type) {
    case "array":
      return schema.items?.type === "string" ? "list of texts" : "list";
    case "object":
      return schema.properties === undefined ? "mapping by name" : "mapping";
    case "integer":
      return `number, ${schema.minimum} to ${schema.maximum}`;
    case "boolean":
      return "`true` or `false`";
    default:
      return "text";
  }
}

function list(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
