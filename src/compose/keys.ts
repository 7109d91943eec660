/** One key of the compose specification, and what becomes of it. */
export interface ComposeKey {
  /** `services.*.container_name`. */
  readonly path: string;
  readonly handling: "passed" | "translated" | "refused";
  /** What Wherry does instead, or why it cannot; empty for keys that are passed on as they are. */
  readonly message: string;
  /** Said to the user whenever the key is used; the other translations speak for themselves, or are said only when they matter. */
  readonly says?: "note" | "warning";
}

export const composeKeys: readonly ComposeKey[] = [];
