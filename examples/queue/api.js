import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { findJob } from "./database.js";
import { version } from "./version.js";

const longest = 30_000;

const routes = {
  "GET /": async () => [200, { routes: [...Object.keys(routes), "GET /jobs/:id", "GET /events", "GET /ws"] }],
  "GET /version": async () => [200, { version }],
  "GET /healthz": async ({ database, queue }) => {
    await Promise.all([database.query("SELECT 1"), queue.ping()]);
    return [200, { status: "ok" }];
  },
  "GET /slow": async (_, { url }) => {
    const ms = duration(url.searchParams.get("ms") ?? 10_000);
    if (ms === undefined) return [400, { error: `ms: 0 to ${longest}` }];
    await sleep(ms);
    return [200, { ms, version }];
  },
  "POST /jobs": async ({ queue }, { request }) => {
    const { text, ms = 0 } = Object(await bodyOf(request));
    if (typeof text !== "string" || text === "") return [400, { error: "text: what to work on" }];
    const takes = duration(ms);
    if (takes === undefined) return [400, { error: `ms: how long it takes, 0 to ${longest}` }];
    const job = { id: randomUUID(), text, ms: takes };
    await queue.add(job);
    return [202, { id: job.id, state: "queued" }];
  },
};

/** Answers one request: the status and what is sent as JSON. */
export async function answer(parts, request) {
  const url = new URL(request.url, "http://here");
  const job = /^\/jobs\/([0-9a-f-]{36})$/.exec(url.pathname)?.[1];
  const route = job !== undefined && request.method === "GET" ? () => stateOf(parts, job) : routes[`${request.method} ${url.pathname}`];
  if (route === undefined) return [404, { error: "not found" }];
  try {
    return await route(parts, { request, url });
  } catch (error) {
    console.error(error);
    return [503, { error: "PostgreSQL or Redis does not answer" }];
  }
}

async function stateOf({ database, queue }, id) {
  const job = await findJob(database, id);
  if (job !== undefined) return [200, { ...job, state: "finished" }];
  return (await queue.isQueued(id)) ? [200, { id, state: "queued" }] : [404, { error: "no such job" }];
}

function duration(value) {
  const ms = Number(value);
  return Number.isInteger(ms) && ms >= 0 && ms <= longest ? ms : undefined;
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > 10_000) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
