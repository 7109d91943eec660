import { parse } from "yaml";
import { isMapping, parseYaml, positionOfKey, positionOfOffset } from "../../config/index.ts";
import { formatPosition, invalidError } from "../../core/index.ts";
import type { Position, WherryError } from "../../core/index.ts";

/**
 * The file with encrypted secrets: names in the clear, so that a diff says which of them changed, and each value by itself,
 * so that the others stay as they are.
 */
export interface AgeDocument {
  /** Public keys that every value is encrypted for. */
  readonly recipients: readonly string[];
  /** Name -> armored age file. */
  readonly values: ReadonlyMap<string, string>;
}

/** Reads it, with the places of its values. @throws WherryError `secrets-file-invalid` */
export function parseAgeDocument(
  file: string,
  text: string,
  environment: string,
): AgeDocument & { readonly at: (name: string) => Position } {
  const source = parseYaml(file, text);
  const [syntax] = source.document.errors;
  if (syntax !== undefined) {
    const conflict = /^(<{7}|={7}|>{7})/m.test(text);
    const message = conflict ? "a merge has left its conflicts in it" : syntax.message;
    throw invalid(
      positionOfOffset(source, syntax.pos[0]),
      message,
      "take one of the two sides of each value, then try again",
    );
  }
  const content: unknown = source.document.toJS();
  const top = { file, line: 1, column: 1 };
  if (!isMapping(content) || content["version"] !== 1) {
    throw invalid(
      top,
      "is no file with secrets of version 1",
      "a newer Wherry may have written it, or it is another file",
    );
  }
  const { environment: written, recipients, secrets } = content;
  if (written !== environment) {
    throw invalid(
      positionOfKey(source, ["environment"]),
      `holds the secrets of ${String(written)}, not of ${environment}`,
      "give each environment its own file: in wherry.yaml",
    );
  }
  if (!isTexts(recipients) || !isMapping(secrets ?? {}))
    throw invalid(top, "has no list of recipients, or no secrets", "take the last good version from git");
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries((secrets ?? {}) as Readonly<Record<string, unknown>>)) {
    if (typeof value !== "string") {
      throw invalid(
        positionOfKey(source, ["secrets", name]),
        `${name} is not encrypted`,
        `wherry secrets set ${name} -e ${environment}`,
      );
    }
    values.set(name, value);
  }
  return { recipients, values, at: (name) => positionOfKey(source, ["secrets", name]) };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function invalid(at: Position, message: string, hint: string): WherryError {
  return invalidError("secrets-file-invalid", `${formatPosition(at)}: ${message}`, { at, hint });
}

/** Sorted by name: two people who add a secret each do not touch the same lines more often than they must. */
export function renderAgeDocument(
  { recipients, values }: AgeDocument,
  environment: string,
  nameOf: (recipient: string) => string | undefined,
): string {
  const readers = recipients.map((recipient) => {
    const name = nameOf(recipient);
    return `  - ${recipient}${name === undefined ? "" : ` # ${name.replaceAll(/[\r\n]/g, " ")}`}\n`;
  });
  const names = [...values.keys()].toSorted();
  const entries = names.map((name) => {
    const lines = (values.get(name) ?? "").trimEnd().split("\n");
    return `  ${keyOf(name)}: |\n${lines.map((line) => `    ${line}\n`).join("")}`;
  });
  return [
    `# Secrets of ${environment}: the names, and each value encrypted with age (https://age-encryption.org).\n`,
    "# wherry secrets changes them. Without Wherry: age --decrypt -i KEYFILE < VALUE | tail -n +2\n",
    "version: 1\n",
    `environment: ${environment}\n`,
    "recipients:\n",
    ...readers,
    entries.length === 0 ? "secrets: {}\n" : "secrets:\n",
    ...entries,
  ].join("");
}

/** `on`, `1e3` and the like are names, too. */
function keyOf(name: string): string {
  return typeof parse(name) === "string" && /^[A-Za-z_][\w.-]*$/.test(name) ? name : JSON.stringify(name);
}
