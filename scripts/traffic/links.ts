import { setTimeout as sleep } from "node:timers/promises";
import type { Links } from "./options.ts";
import type { LinkKind, Tally } from "./report.ts";

/** One connection that is to stay open: a WebSocket or a stream of events. */
export interface Link {
  /** Whether it opened. Never fails. */
  readonly opened: Promise<boolean>;
  readonly ended: Promise<Ending>;
  /** From this side: ends the connection and thereby both promises. */
  close(): void;
}

export interface Ending {
  readonly how: "closedByServer" | "broken" | "refused";
  /** What went wrong. */
  readonly what?: string;
}

export interface OpenLinks {
  /** Each of them has opened, or failed to, once. */
  readonly firstTried: Promise<unknown>;
  stop(): Promise<void>;
}

/** Milliseconds. Browsers wait longer; a test wants to see soon whether the server takes them again. */
const pauseBeforeNext = 100;

/** Opens so many links, and a new one for each that ends. */
export function keepOpen(
  kind: LinkKind,
  links: Links | undefined,
  tally: Tally,
  open: (path: string, onMessage: () => void) => Link,
): OpenLinks {
  const { path, count } = links ?? { path: "/", count: 0 };
  const live = new Set<Link>();
  const stopping = new AbortController();

  async function one(tried: () => void): Promise<void> {
    while (!stopping.signal.aborted) {
      const link = open(path, () => tally.link(kind, "messages"));
      live.add(link);
      if (await link.opened) tally.link(kind, "opened");
      tried();
      const { how, what } = await link.ended;
      live.delete(link);
      if (stopping.signal.aborted) return;
      tally.link(kind, how, what === undefined ? undefined : `${kind} ${path}: ${what}`);
      await sleep(pauseBeforeNext);
    }
  }

  const tried = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const running = tried.map(({ resolve }) => one(resolve));
  return {
    firstTried: Promise.all(tried.map(({ promise }) => promise)),
    async stop() {
      stopping.abort();
      for (const link of live) link.close();
      await Promise.all(running);
    },
  };
}
