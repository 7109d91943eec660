import { Document, isMap, isScalar, isSeq, Scalar } from "yaml";
import type { Pair } from "yaml";
import { pinOf } from "../actions.ts";
import type { ActionName } from "../actions.ts";

/** Workflows as YAML that people read: pins with their version behind them, scripts as blocks, jobs apart from each other. */

/** A value with a comment behind it. */
export function remarked(value: string, comment: string): Scalar<string> {
  const scalar = new Scalar(value);
  scalar.comment = ` ${comment}`;
  return scalar;
}

/** `owner/name@commit # v1.2.3` */
export function uses(name: ActionName): Scalar<string> {
  const { action, commit, version } = pinOf(name);
  return remarked(`${action}@${commit}`, version);
}

/** A pattern of GitHub's filters that means these characters and no others; `*` and `**` keep their meaning. */
export function filterOf(pattern: string): string {
  return pattern.replaceAll(/[+?![\]\\]/g, String.raw`\$&`);
}

/** @param about comment lines at the top, without `#` */
export function renderYaml(content: object, about: readonly string[]): string {
  const document = new Document(content, { aliasDuplicateObjects: false });
  document.commentBefore = about.map((line) => ` ${line}`).join("\n");
  if (isMap(document.contents)) {
    for (const [index, pair] of document.contents.items.entries()) {
      if (index > 0 && (isMap(pair.value) || isSeq(pair.value)) && keyOf(pair) !== "on") apart(pair);
      if (keyOf(pair) === "jobs" && isMap(pair.value)) {
        for (const job of pair.value.items.slice(1)) apart(job);
      }
    }
  }
  return document.toString({ lineWidth: 0, defaultStringType: "PLAIN", blockQuote: "literal" });
}

function keyOf(pair: Pair): unknown {
  return isScalar(pair.key) ? pair.key.value : pair.key;
}

function apart(pair: Pair): void {
  if (isScalar(pair.key)) pair.key.spaceBefore = true;
}
