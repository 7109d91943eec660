/**
 * Traffic: what visitors of a small site do, to see whether a deployment loses any of it. Requests at a fixed rate on kept and on
 * new connections, slow requests, WebSockets and server-sent events. For tests, benchmarks and the quickstart; loopback alone.
 */
export { startTraffic, type Traffic } from "./start.ts";
export type { TrafficOptions } from "./options.ts";
export type { TrafficReport } from "./report.ts";
