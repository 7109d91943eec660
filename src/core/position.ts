/** A place in a file of the user; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `wherry.yaml:14:5`, as editors and terminals link it. */
export function formatPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.column}`;
}
