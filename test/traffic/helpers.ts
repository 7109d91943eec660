import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestContext } from "vitest";
import { startTraffic } from "../../scripts/traffic/index.ts";
import type { TrafficOptions, TrafficReport } from "../../scripts/traffic/index.ts";

export interface Site {
  readonly address: string;
  readonly port: number;
  readonly host: string;
  readonly requests: readonly { readonly method: string; readonly path: string; readonly body: string }[];
  /** TCP connections that were opened. */
  connections(): number;
}

export interface Behaviour {
  /** Called with the number of the request, from 1. */
  readonly answer?: (response: ServerResponse, n: number, request: IncomingMessage) => void;
  readonly upgrade?: (socket: Socket, request: IncomingMessage) => void;
}

/** A web server in this process, for the time of one test. The test says which: they run side by side, as they mostly wait. */
export async function site(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  { answer = (response) => response.end("hello"), upgrade }: Behaviour = {},
): Promise<Site> {
  const requests: { method: string; path: string; body: string }[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const seen = { method: request.method ?? "", path: request.url ?? "", body: "" };
    const n = requests.push(seen);
    request.setEncoding("utf8").on("data", (text: string) => (seen.body += text));
    request.on("end", () => answer(response, n, request));
    request.on("error", () => {});
  });
  server.on("connection", (socket) => {
    connections += 1;
    socket.on("error", () => {});
  });
  if (upgrade !== undefined) server.on("upgrade", (request, socket) => upgrade(socket as Socket, request));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { address: "127.0.0.1", port, host: "shop.example.com", requests, connections: () => connections };
}

/** Lets traffic run for some milliseconds. */
export async function traffic(options: TrafficOptions, milliseconds = 300): Promise<TrafficReport> {
  const running = await startTraffic(options);
  await sleep(milliseconds);
  return running.stop();
}
