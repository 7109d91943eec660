import type * as z from "zod";
import { formatPosition, invalidError, nearest } from "../core/index.ts";
import type { WherryError } from "../core/index.ts";
import { configJsonSchema } from "./schema.ts";
import { formatProblem, positionOfKey, positionOfValue } from "./yaml-source.ts";
import type { Path, YamlProblem, YamlSource } from "./yaml-source.ts";

type Issue = z.core.$ZodIssue;

/** Every issue of a failed validation, each with its place and in words for people. */
export function problemsOf(error: z.ZodError, source: YamlSource): readonly YamlProblem[] {
  return error.issues
    .flatMap((issue) => problemsOfIssue(issue, [], source))
    .toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
}

function problemsOfIssue(issue: Issue, above: Path, source: YamlSource): readonly YamlProblem[] {
  const path: Path = [...above, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ at: positionOfKey(source, [...path, key]), message: unknownKey(path, key) }));
  }
  if (isMissing(issue))
    return [{ at: positionOfKey(source, path.slice(0, -1)), message: `${path.join(".")}: is missing` }];
  if (issue.code === "invalid_union") return problemsOfUnion(issue, path, source);
  if (issue.code === "invalid_key") {
    return issue.issues.map((inner) => ({
      at: positionOfKey(source, path),
      message: `${path.join(".")}: ${inner.message}`,
    }));
  }
  return [{ at: positionOfValue(source, path), message: `${path.join(".")}: ${words(issue)}` }];
}

/** Nothing is there, and no form of it may be left out. */
function isMissing(issue: Issue): boolean {
  if (issue.code === "invalid_type") return issue.input === undefined && /received undefined/.test(issue.message);
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return false;
  return issue.errors.every((branch) => branch.some((inner) => inner.path.length === 0 && isMissing(inner)));
}

/** What was meant shows in the type of what was written: the other forms of a shorthand only confuse. */
function problemsOfUnion(
  issue: Issue & { code: "invalid_union" },
  path: Path,
  source: YamlSource,
): readonly YamlProblem[] {
  const branches: readonly (readonly Issue[])[] = issue.errors;
  const meant = branches.find(
    (branch) => !branch.some((inner) => inner.path.length === 0 && inner.code === "invalid_type"),
  );
  if (meant !== undefined) {
    // A pattern is not for people, and the union has said what it stands for.
    const isOwn = !issue.message.startsWith("Invalid input");
    if (isOwn && meant.every(({ path: inside, message }) => inside.length === 0 && message.startsWith("Invalid ")))
      return [{ at: positionOfValue(source, path), message: `${path.join(".")}: expected ${issue.message}` }];
    return meant.flatMap((inner) => problemsOfIssue(inner, path, source));
  }
  const expected = branches.flatMap((branch) =>
    branch.flatMap((inner) => (inner.code === "invalid_type" ? [typeWord(inner.expected)] : [])),
  );
  return [
    {
      at: positionOfValue(source, path),
      message: `${path.join(".")}: expected ${[...new Set(expected)].join(" or ")}`,
    },
  ];
}

function words(issue: Issue): string {
  if (issue.code === "too_small")
    return issue.origin === "array" || issue.origin === "string"
      ? "must not be empty"
      : `must be at least ${issue.minimum}`;
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid "))
    return `expected ${issue.values.map(String).join(" or ")}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  // Messages of our own schema are for people already; zod's own start like this.
  return issue.code === "invalid_type" && issue.message.startsWith("Invalid input")
    ? `expected ${typeWord(issue.expected)}`
    : issue.message;
}

function typeWord(type: string): string {
  const spoken: Readonly<Record<string, string>> = {
    object: "a mapping",
    record: "a mapping",
    array: "a list",
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
  };
  return spoken[type] ?? type;
}

function unknownKey(path: Path, key: string): string {
  const suggestion = nearest(key, knownKeys(path));
  return `${[...path, key].join(".")}: unknown key${suggestion === undefined ? "" : `, did you mean "${suggestion}"?`}`;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

function knownKeys(path: Path): readonly string[] {
  let schemas: readonly JsonSchema[] = alternatives(configJsonSchema());
  for (const key of path) {
    schemas = schemas.flatMap((schema) => {
      const next = typeof key === "number" ? schema.items : (schema.properties?.[key] ?? schema.additionalProperties);
      return typeof next === "object" ? alternatives(next) : [];
    });
  }
  return schemas.flatMap((schema) => Object.keys(schema.properties ?? {}));
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return [schema, ...(schema.anyOf ?? []).flatMap(alternatives)];
}

/** One error for all problems of a file: the message is the first one, the context has every line. */
export function invalidFile(problems: readonly YamlProblem[]): WherryError {
  const [first] = problems;
  if (first === undefined) throw new Error("no problem to report");
  const more = problems.length === 1 ? "" : ` (and ${problems.length - 1} more)`;
  return invalidError("invalid-config", `${first.message}${more}`, {
    at: first.at,
    context: problems.length === 1 ? [] : problems.map(formatProblem),
    hint: `correct ${formatPosition(first.at)}; wherry config --schema writes a JSON Schema for your editor`,
  });
}
