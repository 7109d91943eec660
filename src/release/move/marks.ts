/** What a server says of a move, in the first line of its file: both sides have the same words. */
export interface MoveMark {
  /** As wherry.yaml has it: `deploy@203.0.113.10`. */
  readonly from: string;
  readonly to: string;
  /** ISO 8601, by the clock of the command. */
  readonly at: string;
  readonly who: string;
  readonly release: string;
  /** A move was taken back; absent otherwise. */
  readonly back?: true;
}

/** How an environment on a server stands to moves; nearly always empty. */
export interface MoveMarks {
  /** It was moved away from here: this server does not serve any more, and keeps what it had. */
  readonly moved?: MoveMark;
  /** It is on its way to here, and must not serve yet. */
  readonly arriving?: MoveMark;
  /** It serves here; the last of the move is not done. */
  readonly arrived?: MoveMark;
  /** It came from there, and nobody has confirmed it yet. */
  readonly movedFrom?: MoveMark;
}

/** Reads the facts `moved`, `arriving`, `arrived`, `moved-from`. */
export function moveMarks(told: (word: string) => string | undefined): MoveMarks {
  const mark = (word: string, name: keyof MoveMarks): MoveMarks => {
    const text = told(word);
    return text === undefined ? {} : { [name]: JSON.parse(text) as MoveMark };
  };
  return {
    ...mark("moved", "moved"),
    ...mark("arriving", "arriving"),
    ...mark("arrived", "arrived"),
    ...mark("moved-from", "movedFrom"),
  };
}
