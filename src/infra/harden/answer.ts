/** What the program on the server told: facts (`! WORD REST`) and one line for each control (`ID WORD MESSAGE`). */
export interface Answer {
  /** word -> the rest of its line; `system debian 13`. */
  readonly facts: ReadonlyMap<string, string>;
  /** In the order in which they were told. */
  readonly lines: readonly AnswerLine[];
}

export interface AnswerLine {
  readonly id: string;
  readonly word: string;
  readonly message: string;
}

/** Lines that are neither are somebody else's output, and are left out. */
export function parseAnswer(text: string): Answer {
  const facts = new Map<string, string>();
  const lines: AnswerLine[] = [];
  for (const line of text.split("\n")) {
    const fact = /^! (\S+) ?(.*)$/.exec(line);
    if (fact !== null) facts.set(fact[1] ?? "", fact[2] ?? "");
    const told = /^([a-z][a-z0-9-]*) ([a-z-]+) ?(.*)$/.exec(line);
    if (told !== null) lines.push({ id: told[1] ?? "", word: told[2] ?? "", message: (told[3] ?? "").trim() });
  }
  return { facts, lines };
}
