export interface TrafficReport {
  /** From the first request to the last. */
  readonly seconds: number;
  /** `answered` + `lost` + `inFlight`. */
  readonly sent: number;
  readonly answered: number;
  readonly inFlight: number;
  /** No answer: refused, reset, cut short, or not in time. */
  readonly lost: number;
  /** Answered, but with a status that was not expected. */
  readonly failed: number;
  /** The earliest first. */
  readonly errors: readonly TrafficError[];
  /** Milliseconds from the instant at which the request was due. `null` without any answer. */
  readonly latency: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null };
  /** Answers per version, where an answer says one. */
  readonly versions: Readonly<Record<string, number>>;
  readonly sockets: LinkReport;
  readonly streams: LinkReport;
}

/** WebSockets, or streams of server-sent events. */
export interface LinkReport {
  readonly opened: number;
  /** Orderly: a WebSocket by a close frame with 1000, 1001 or 1012, a stream by its regular end. */
  readonly closedByServer: number;
  /** Cut, silent, or closed with another code. */
  readonly broken: number;
  /** Never opened. */
  readonly refused: number;
  readonly messages: number;
}

export interface TrafficError {
  readonly what: string;
  readonly count: number;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly first: string;
  readonly last: string;
}

export type LinkKind = "sockets" | "streams";

/** Counts while the traffic runs. */
export interface Tally {
  sent(): void;
  answered(answer: { milliseconds: number | undefined; version: string | undefined }): void;
  lost(what: string): void;
  /** On top of `answered`. */
  failed(what: string): void;
  link(kind: LinkKind, event: keyof LinkReport, what?: string): void;
  report(): TrafficReport;
}

export function openTally(): Tally {
  const counts = { sent: 0, answered: 0, lost: 0, failed: 0 };
  const latencies: number[] = [];
  const versions = new Map<string, number>();
  const errors = new Map<string, { count: number; first: string; last: string }>();
  const links = { sockets: noLinks(), streams: noLinks() };
  let [firstSent, lastSent] = [0, 0];

  function note(what: string): void {
    const now = new Date().toISOString();
    const known = errors.get(what);
    errors.set(what, { count: (known?.count ?? 0) + 1, first: known?.first ?? now, last: now });
  }

  return {
    sent() {
      lastSent = performance.now();
      if (counts.sent === 0) firstSent = lastSent;
      counts.sent += 1;
    },
    answered({ milliseconds, version }) {
      counts.answered += 1;
      if (milliseconds !== undefined) latencies.push(milliseconds);
      if (version !== undefined) versions.set(version, (versions.get(version) ?? 0) + 1);
    },
    lost(what) {
      counts.lost += 1;
      note(what);
    },
    failed(what) {
      counts.failed += 1;
      note(what);
    },
    link(kind, event, what) {
      links[kind][event] += 1;
      if (what !== undefined) note(what);
    },
    report: () => ({
      seconds: (lastSent - firstSent) / 1000,
      ...counts,
      inFlight: counts.sent - counts.answered - counts.lost,
      // In the order in which they first came: a Map keeps it.
      errors: [...errors].map(([what, seen]) => ({ what, ...seen })),
      latency: percentiles(latencies),
      versions: Object.fromEntries(versions),
      sockets: { ...links.sockets },
      streams: { ...links.streams },
    }),
  };
}

const noLinks = (): Record<keyof LinkReport, number> => ({
  opened: 0,
  closedByServer: 0,
  broken: 0,
  refused: 0,
  messages: 0,
});

function percentiles(latencies: readonly number[]): TrafficReport["latency"] {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number | null => sorted[Math.ceil(sorted.length * share) - 1] ?? null;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
