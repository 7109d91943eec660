import { nearest } from "../core/index.ts";
import { composeKey, composeKeys } from "./keys.ts";
import type { Notice } from "./model.ts";
import type { ComposeProject } from "./project.ts";

/** Paths at which every key must be one of the table: the rest below a passed key is docker compose's to judge. */
const sections = ["services", "networks", "volumes", "secrets", "configs"] as const;
const nested = ["build", "deploy", "healthcheck"] as const;

/** What the table of keys has to say about the keys that are used: refusals, notes, keys that nobody knows. */
export function checkKeys(project: ComposeProject): readonly Notice[] {
  const { document } = project;
  const top = keysOf(document).flatMap((key) => check(project, [key], key));
  const entries = sections.flatMap((section) =>
    Object.entries(document[section]).flatMap(([name, entry]) =>
      keysOf(entry).flatMap((key) => [
        ...check(project, [section, name, key], `${section}.*.${key}`),
        ...(section === "services" && isNested(key)
          ? keysOf((entry as Readonly<Record<string, unknown>>)[key]).flatMap((inner) =>
              check(project, [section, name, key, inner], `services.*.${key}.${inner}`),
            )
          : []),
      ]),
    ),
  );
  return [...top, ...entries];
}

function check(project: ComposeProject, path: readonly string[], tablePath: string): readonly Notice[] {
  const known = composeKey(tablePath);
  const found = project.positionOf(path);
  const at = found === undefined ? {} : { at: found };
  const written = path.join(".");
  if (known?.handling === "refused")
    return [{ severity: "error", code: "refused-key", message: `${written}: ${known.message}`, ...at }];
  if (known?.says !== undefined)
    return [{ severity: known.says, code: "translated-key", message: `${written}: ${known.message}`, ...at }];
  if (known !== undefined) return [];
  const beside = tablePath.slice(0, tablePath.lastIndexOf(".") + 1);
  const near = nearest(
    path.at(-1) ?? "",
    composeKeys.flatMap((key) => (key.path.startsWith(beside) ? key.path.slice(beside.length) : [])),
  );
  return [
    {
      severity: "error",
      code: "unknown-key",
      message: `${written}: Wherry does not know this key of compose`,
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
      ...at,
    },
  ];
}

function isNested(key: string): boolean {
  return (nested as readonly string[]).includes(key);
}

/** Compose writes out empty mappings, empty lists and nulls for what nobody asked for. */
function keysOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => (key.startsWith("x-") || isEmpty(part) ? [] : key));
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === "" || value === false || (typeof value === "object" && Object.keys(value).length === 0)
  );
}
