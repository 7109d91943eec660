import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import formats from "ajv-formats";

/**
 * GitHub's own description of its API, the part that Wherry asks for (scripts/github-description.ts takes it out). What is
 * sent and what is answered is held against it: a path, a body or an answer that GitHub does not have is a failed test.
 */

type Mapping = Readonly<Record<string, unknown>>;

interface Operation {
  readonly requestBody?: { readonly content?: Content };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: Mapping } | undefined>>;

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Mapping } & Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const description = JSON.parse(readFileSync(join(import.meta.dirname, "description.json"), "utf8")) as Description;

const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
(formats as unknown as (to: Ajv) => void)(ajv);
for (const name of ["int64", "timestamp", "repo.nwo", "ssh-key-fingerprint"]) ajv.addFormat(name, true);
ajv.addSchema(readable(description.components.schemas) as Mapping, "github");

const compiled = new Map<unknown, ValidateFunction>();

export interface Matched {
  /** `GET /repos/{owner}/{repo}` */
  readonly operation: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Which operation of the description a request is; undefined: GitHub has it not, or Wherry should not ask for it. */
export function match(method: string, path: string): Matched | undefined {
  for (const [template, methods] of Object.entries(description.paths)) {
    if (!Object.hasOwn(methods, method.toLowerCase())) continue;
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    const found = new RegExp(`^${template.replaceAll(/\{\w+\}/g, "([^/]+)")}$`).exec(path);
    if (found === null) continue;
    const parameters = Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? "")]));
    return { operation: `${method} ${template}`, parameters };
  }
  return undefined;
}

/** What is wrong with the body of a request; empty: nothing. */
export function requestProblems({ operation }: Matched, body: unknown): readonly string[] {
  const schema = operationOf(operation).requestBody?.content?.["application/json"]?.schema;
  if (schema === undefined) return body === undefined ? [] : [`${operation} has no body`];
  return problems(schema, body ?? {});
}

/** What is wrong with an answer; empty: nothing. */
export function responseProblems({ operation }: Matched, status: number, body: unknown): readonly string[] {
  const { responses } = operationOf(operation);
  const listed = responses[String(status)];
  if (listed === undefined) {
    // The description does not repeat these for each path.
    if (![401, 403, 404, 409, 429, 500, 502, 503].includes(status)) return [`${operation} does not answer ${status}`];
    return problems({ $ref: "#/components/schemas/basic-error" }, body);
  }
  const response = listed.$ref === undefined ? listed : (component(listed.$ref) as typeof listed);
  const schema = response.content?.["application/json"]?.schema;
  if (schema === undefined) return body === undefined ? [] : [`${operation} ${status} has no body`];
  return problems(schema, body);
}

/** One of the answers that the description gives as an example. */
export function example(name: string): Mapping {
  const found = description.components["examples"]?.[name] as { readonly value: Mapping } | undefined;
  if (found === undefined) throw new Error(`the description has no example ${name}`);
  return structuredClone(found.value);
}

function operationOf(operation: string): Operation {
  const [method = "", path = ""] = operation.split(" ");
  const found = description.paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`the description has no ${operation}`);
  return found;
}

function component(ref: string): unknown {
  const [, , kind = "", name = ""] = ref.split("/");
  return description.components[kind]?.[name];
}

function problems(schema: Mapping, value: unknown): readonly string[] {
  const validate = compiled.get(schema) ?? ajv.compile(readable(schema) as Mapping);
  compiled.set(schema, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || "it"} ${message}`);
}

/**
 * OpenAPI 3.0 as JSON Schema: `nullable` is another type, and references lead into the one schema of all components. GitHub's
 * `oneOf` often has two that fit (a public user is a private one with less): one that fits is enough.
 */
function readable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(readable);
  if (typeof schema !== "object" || schema === null) return schema;
  const { nullable, discriminator: _, oneOf, ...rest } = schema as Mapping;
  const plain = Object.fromEntries(
    Object.entries({ ...rest, ...(oneOf === undefined ? {} : { anyOf: oneOf }) }).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string"
        ? value.replace("#/components/schemas/", "github#/")
        : key === "enum" || key === "default"
          ? value
          : readable(value),
    ]),
  );
  return nullable === true ? { anyOf: [plain, { type: "null" }] } : plain;
}
