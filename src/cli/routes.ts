import type { AnyCommand } from "./definition.ts";

/** One entry per command: its words, one line on it, and where it is. Help and the manual are generated from this table. */
export interface Route {
  readonly words: readonly [string, ...string[]];
  readonly brief: string;
  readonly group: keyof typeof groups;
  /** Loaded when the command is called, and not before: start-up pays for nothing else. */
  readonly load: () => Promise<AnyCommand>;
}

/** Headings of help and manual, in this order. */
export const groups = {
  deploy: "Deploy",
  look: "See what is there",
  server: "Servers",
} as const;

export const routes: readonly Route[] = [
  {
    words: ["config"],
    brief: "Show wherry.yaml as one environment sees it",
    group: "look",
    load: async () => (await import("./commands/config.ts")).config,
  },
];
