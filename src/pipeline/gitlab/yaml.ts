import { Document, isMap, isScalar } from "yaml";

/**
 * GitLab reads YAML 1.1, where an unquoted `yes` is no text.
 * @param about comment lines at the top, without `#`
 */
export function renderYaml(content: object, about: readonly string[]): string {
  const document = new Document(content, { version: "1.1", aliasDuplicateObjects: false });
  document.commentBefore = about.map((line) => ` ${line}`).join("\n");
  if (isMap(document.contents)) {
    for (const { key } of document.contents.items.slice(1)) if (isScalar(key)) key.spaceBefore = true;
  }
  return document.toString({ lineWidth: 0, defaultStringType: "PLAIN", blockQuote: "literal" });
}
