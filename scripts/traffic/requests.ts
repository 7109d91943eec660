import { Agent, request as startRequest } from "node:http";
import { Agent as TlsAgent, request as startTlsRequest } from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { RequestKind, TrafficOptions } from "./options.ts";
import type { Tally } from "./report.ts";

/** Of a body that is searched for a version. */
const longestJson = 64 * 1024;

/**
 * Milliseconds after which a kept connection without a request is closed here, as browsers and libraries do: well before the
 * proxy's 30 s. At that instant a client that waits for a processor sends its next request on what is closed already.
 */
const idle = 10_000;

/** Starts requests at their time, whether or not earlier ones have come back. `stop` waits for those in flight. */
export function startRequests(options: TrafficOptions, tally: Tally): { stop(): Promise<void> } {
  const { rate = 200, mix = [{ path: "/" }], keepAlive = 0.5, slow } = options;
  // Node.js does not repeat a request by itself, not even one whose kept connection was closed: its error counts as lost.
  const newAgent = (keepAliveOn: boolean): Agent =>
    options.tls === true
      ? new TlsAgent({ keepAlive: keepAliveOn, timeout: idle, servername: options.host, rejectUnauthorized: false })
      : new Agent({ keepAlive: keepAliveOn, timeout: idle });
  const agents = { kept: newAgent(true), fresh: newAgent(false) };
  const inFlight = new Set<Promise<void>>();

  function begin(kind: RequestKind, how: { kept: boolean; due: number; timed: boolean }): void {
    const agent = how.kept ? agents.kept : agents.fresh;
    const sending = send({ options, kind, agent, tally, dueForLatency: how.timed ? how.due : undefined });
    inFlight.add(sending);
    void sending.then(() => inFlight.delete(sending));
  }

  // Each kind has its own share of kept connections: with one for all, every second kind might get every second connection.
  const next = inTurn(mix.map((kind) => ({ kind, weight: kind.weight ?? 1, isKept: share(keepAlive) })));
  const loops = [
    atRate(rate, (due) => {
      const { kind, isKept } = next();
      begin(kind, { kept: isKept(), due, timed: true });
    }),
  ];
  if (slow !== undefined) {
    const isKept = share(keepAlive);
    loops.push(atRate(1 / slow.every, (due) => begin({ path: slow.path }, { kept: isKept(), due, timed: false })));
  }

  return {
    async stop() {
      for (const end of loops) end();
      await Promise.all(inFlight);
      agents.kept.destroy();
    },
  };
}

/** Calls back at a fixed rate and says when each call was due: a pause of this process is made up for, and shows as latency. */
function atRate(rate: number, start: (due: number) => void): () => void {
  const begin = performance.now();
  const dueOf = (n: number): number => begin + (n * 1000) / rate;
  let n = 0;
  let timer: NodeJS.Timeout;
  const tick = (): void => {
    for (; dueOf(n) <= performance.now(); n += 1) start(dueOf(n));
    timer = setTimeout(tick, Math.max(0, dueOf(n) - performance.now()));
  };
  tick();
  return () => clearTimeout(timer);
}

/** One after the other, each as often as its weight says, evenly spread. */
function inTurn<T extends { readonly weight: number }>(items: readonly T[]): () => T {
  const turns = items.map((item) => ({ item, credit: 0 }));
  const all = items.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    for (const turn of turns) turn.credit += turn.item.weight;
    const best = turns.reduce((a, b) => (b.credit > a.credit ? b : a));
    best.credit -= all;
    return best.item;
  };
}

/** True for this share of the calls, evenly spread. Not by chance: two runs send the same. */
function share(part: number): () => boolean {
  let credit = 0;
  return () => {
    credit += part;
    if (credit < 1) return false;
    credit -= 1;
    return true;
  };
}

interface Sending {
  readonly options: TrafficOptions;
  readonly kind: RequestKind;
  readonly agent: Agent;
  readonly tally: Tally;
  /** Left out: the answer is counted, but not timed. */
  readonly dueForLatency: number | undefined;
}

/** Settles when it is known how the request went; never fails. */
function send({ options, kind, agent, tally, dueForLatency }: Sending): Promise<void> {
  const { method = "GET", path } = kind;
  const name = `${method} ${path}`;
  const body = bodyOf(kind);
  const { patience = 30 } = options;
  const headers = { host: options.host, ...body?.headers };
  tally.sent();
  return new Promise((resolve) => {
    const start = options.tls === true ? startTlsRequest : startRequest;
    const request = start({ host: options.address, port: options.port, method, path, headers, agent });
    let known = false;
    const conclude = (outcome: () => void): void => {
      if (known) return;
      known = true;
      clearTimeout(deadline);
      outcome();
      resolve();
    };
    const deadline = setTimeout(() => {
      conclude(() => tally.lost(`${name}: no answer within ${patience} s`));
      request.destroy();
    }, patience * 1000);
    request.on("error", (error) => conclude(() => tally.lost(`${name}: ${reasonOf(error, request)}`)));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        conclude(() => {
          const milliseconds = dueForLatency === undefined ? undefined : performance.now() - dueForLatency;
          tally.answered({ milliseconds, version: versionOf(response, chunks, options.versionHeader) });
          const [from, to] = kind.expect ?? [200, 399];
          const { statusCode = 0 } = response;
          if (statusCode < from || statusCode > to) tally.failed(`${name}: status ${statusCode}`);
        }),
      );
      // Node.js reports an answer that was cut short as an error, and never says "end" then.
      response.on("error", () => conclude(() => tally.lost(`${name}: answer cut short`)));
    });
    request.end(body?.content);
  });
}

function reasonOf(error: NodeJS.ErrnoException, request: ClientRequest): string {
  const what = error.code ?? error.message;
  // A browser would have tried again. It is told apart, because it is another defect of the server's.
  return request.reusedSocket ? `${what} on a kept connection` : what;
}

let unique = 0;

function bodyOf({ body }: RequestKind): { content: string; headers: Record<string, string | number> } | undefined {
  if (body === undefined) return undefined;
  const type = typeof body === "string" ? "text/plain" : "application/json";
  unique += 1;
  const content = (typeof body === "string" ? body : JSON.stringify(body)).replaceAll(
    "{unique}",
    `${process.pid}-${unique}`,
  );
  return { content, headers: { "content-type": type, "content-length": Buffer.byteLength(content) } };
}

function versionOf(
  response: IncomingMessage,
  chunks: readonly Buffer[],
  header: string | undefined,
): string | undefined {
  if (header !== undefined) return response.headers[header.toLowerCase()]?.toString();
  if (response.headers["content-type"]?.includes("json") !== true) return undefined;
  const content = Buffer.concat(chunks);
  if (content.length > longestJson) return undefined;
  try {
    const { version } = Object(JSON.parse(content.toString())) as { version?: unknown };
    return typeof version === "string" || typeof version === "number" ? String(version) : undefined;
  } catch {
    return undefined;
  }
}
