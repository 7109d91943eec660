import { isMap, isScalar, isSeq } from "yaml";
import type { YAMLSeq } from "yaml";
import { isMapping, parseYaml } from "../config/index.ts";
import { insertEntry, replaceRange } from "../writer/index.ts";
import { notABlock } from "./compose-file.ts";
import type { UserFile } from "./compose-file.ts";

/** What wherry.yaml has to say about services that are added. */
export interface Said {
  readonly secrets: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  /** Services that are changed in place although they have no volume. */
  readonly inPlace: readonly string[];
}

/**
 * wherry.yaml that says so. Names of secrets go to the list at the top, and into the list of each environment that has its
 * own, since that one replaces it. What is said already stays as it is.
 */
export function withSaid(file: UserFile, { secrets, values, inPlace }: Said): string {
  let text = file.text;
  for (const service of inPlace) text = withInPlace(file, text, service);
  for (const name of secrets) text = withSecret(file, text, name);
  for (const [name, value] of values) {
    const there = contentOf(text)["values"];
    if (isMapping(there) && Object.hasOwn(there, name)) continue;
    const changed = insertEntry(text, ["values"], `${name}: ${quoted(value)}\n`);
    if (changed === undefined) throw notABlock(file, "values");
    text = changed;
  }
  return text;
}

/** The value that all environments have in common, where wherry.yaml says it. */
export function valueIn(file: UserFile | undefined, name: string): string | undefined {
  const values = file?.content["values"];
  const value = isMapping(values) ? values[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

function withInPlace(file: UserFile, text: string, service: string): string {
  const { services } = contentOf(text);
  const there = isMapping(services) ? services[service] : undefined;
  if (isMapping(there) && Object.hasOwn(there, "stateful")) return text;
  const changed = insertEntry(text, ["services", service], "stateful: true\n");
  if (changed === undefined) throw notABlock(file, "services");
  return changed;
}

function withSecret(file: UserFile, before: string, name: string): string {
  let text = before;
  const { environments } = contentOf(text);
  const own = Object.entries(isMapping(environments) ? environments : {})
    .filter(([, section]) => isMapping(section) && Array.isArray(section["secrets"]))
    .map(([environment]) => ["environments", environment, "secrets"]);
  for (const path of [["secrets"], ...own]) text = withListItem(file, text, path, name);
  return text;
}

function withListItem(file: UserFile, text: string, path: readonly string[], item: string): string {
  const node: unknown = parseYaml(file.path, text).document.getIn(path, true);
  if (node === undefined || node === null || (isScalar(node) && node.value === null)) {
    const changed = insertEntry(text, path.slice(0, -1), `${path.at(-1)}: [${item}]\n`);
    if (changed === undefined) throw notABlock(file, path.join("."));
    return changed;
  }
  if (!isSeq(node)) throw notABlock(file, path.join("."));
  if (node.items.some((one) => isScalar(one) && one.value === item)) return text;
  return node.flow === true ? intoFlow(text, node, item) : intoBlock(text, node, item);
}

function intoFlow(text: string, list: YAMLSeq, item: string): string {
  const [start, end] = list.range ?? [0, 0];
  const inside = text.slice(start + 1, end - 1);
  if (inside.trim() === "") return replaceRange(text, start + 1, end - 1, item);
  const last = start + 1 + inside.trimEnd().length;
  const comma = text[last - 1] === "," ? " " : ", ";
  return replaceRange(text, last, last, comma + item);
}

function intoBlock(text: string, list: YAMLSeq, item: string): string {
  const last = list.items.at(-1);
  const [start = 0, end = 0] = (isScalar(last) || isMap(last) ? last.range : undefined) ?? [];
  const line = text.lastIndexOf("\n", start) + 1;
  const dash = text.slice(line).match(/^\s*/)?.[0] ?? "";
  const next = text.indexOf("\n", end);
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  return next === -1
    ? `${text}${lineEnd}${dash}- ${item}${lineEnd}`
    : replaceRange(text, next + 1, next + 1, `${dash}- ${item}${lineEnd}`);
}

function contentOf(text: string): Readonly<Record<string, unknown>> {
  const content: unknown = parseYaml("wherry.yaml", text).document.toJS();
  return isMapping(content) ? content : {};
}

/** As YAML: what could be taken for something else than text is quoted. */
function quoted(value: string): string {
  return /^[A-Za-z][\w./:-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
