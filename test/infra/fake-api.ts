import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/**
 * What the fakes of providers' APIs have in common: JSON on loopback behind a token, with faults that tests set. Each answer
 * is held against what the provider's own Go client reads: `problems` lists what the provider could not have said.
 */
export interface FakeApi {
  /** Without a path: `http://127.0.0.1:4711`. */
  readonly origin: string;
  readonly token: string;
  /** Requests so far: `POST /servers`. */
  readonly requests: string[];
  readonly problems: string[];
  close(): Promise<void>;
}

/** What goes wrong with any of them. */
export interface ApiFaults {
  /** So many of the next requests meet the limit. */
  limited: number;
  /** The connection of the first request like this is cut after it was carried out: `POST /servers`. */
  cut: string | undefined;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface Request {
  readonly method: string;
  /** Without the version that all paths begin with. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}

export interface Answer {
  readonly status: number;
  readonly body?: Record<string, unknown>;
}

interface Behaviour {
  /** `/v1` */
  readonly version: string;
  readonly faults: ApiFaults;
  readonly headers: Readonly<Record<string, string>>;
  readonly unauthorized: Refusal;
  readonly limit: Refusal;
  answer(request: Request): Answer;
  /** A refusal in the provider's form. */
  refuse(refusal: Refusal): Record<string, unknown>;
  problemsWith(method: string, path: string, status: number, body: unknown): readonly string[];
}

export async function fakeApi(behaviour: Behaviour): Promise<FakeApi> {
  const { faults, version } = behaviour;
  const token = "t".repeat(64);
  const requests: string[] = [];
  const problems: string[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const method = request.method ?? "GET";
    const path = url.pathname.startsWith(version) ? url.pathname.slice(version.length) : url.pathname;
    requests.push(`${method} ${path}`);
    const text = method === "GET" ? {} : await json(request).catch(() => ({}));
    const body = text as Record<string, unknown>;
    const { status, body: document } = answered(
      { method, path, query: url.searchParams, body },
      request.headers.authorization,
    );
    // As it stands now: what is told must not change afterwards.
    const said = document === undefined ? undefined : JSON.stringify(document);
    problems.push(...behaviour.problemsWith(method, path, status, said === undefined ? {} : JSON.parse(said)));
    if (faults.cut === `${method} ${path}`) {
      faults.cut = undefined;
      response.destroy();
      return;
    }
    response.writeHead(status, { "content-type": "application/json", ...behaviour.headers });
    response.end(said);
  }

  function answered(request: Request, authorization: string | undefined): Answer {
    try {
      if (authorization !== `Bearer ${token}`) throw behaviour.unauthorized;
      if (faults.limited > 0) {
        faults.limited -= 1;
        throw behaviour.limit;
      }
      return behaviour.answer(request);
    } catch (error) {
      if (!(error instanceof Refusal)) problems.push(String(error));
      const refusal = error instanceof Refusal ? error : new Refusal(500, "server_error", String(error));
      return { status: refusal.status, body: behaviour.refuse(refusal) };
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    token,
    requests,
    problems,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}
