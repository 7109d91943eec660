export const gates = ["error", "warning", "info", "never"] as const;

/** For `parse`: one of these words. */
export function oneOf<W extends string>(words: readonly W[]): (text: string) => W {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new Error(`expected ${words.join(", ")}`);
    return found;
  };
}
