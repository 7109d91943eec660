import { Document, isScalar, Scalar, visit } from "yaml";

/** Marks a value that compose must take away from the files below: `!reset null`. */
export const reset = Symbol("reset");

/**
 * YAML that docker compose reads back byte for byte. Text with anything unusual in it is written in double quotes
 * with escapes, for Go's YAML reader refuses raw control characters, and takes some others for line ends.
 */
export function yamlText(comment: string, value: unknown): string {
  const document = new Document(value, (_key, part: unknown) => (part === reset ? resetNode() : part), {
    aliasDuplicateObjects: false,
    compat: "yaml-1.1",
  });
  document.commentBefore = ` ${comment}`;
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === "string" && isUnusual(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false }).replace(unprintable, escapeCharacter);
}

// Printable ASCII, and letters of other scripts up to the surrogates; line ends only where the text is a plain block of lines.
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/g;

function isUnusual(text: string): boolean {
  return /[^\x20-\x7e\n\u00a1-\u1fff\u2030-\ud7ff]/.test(text) || /^[\s]|[\s]$|\n\s*\n|\n /.test(text);
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  // Two halves of one character beyond the basic plane: those are printable, and stay.
  if (code >= 0xd800 && code <= 0xdfff) return character;
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

function resetNode(): Scalar {
  const node = new Scalar(null);
  node.tag = "!reset";
  return node;
}
