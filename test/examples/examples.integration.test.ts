import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/engine/run.ts";
import { example, isTaken } from "./helpers.ts";

const json = async (response: Response): Promise<unknown> => response.json();

function post(url: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
}

describe.skipIf(await isTaken(8080))("the shop, as its README starts it (skipped where port 8080 is in use)", () => {
  const shop = example("shop");
  const url = "http://localhost:8080";
  beforeAll(() => shop.up());
  afterAll(() => shop.down());

  test("serves its page, and the program that the page loads", async () => {
    const page = await (await fetch(url)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? "none";
    const program = await fetch(url + script);

    expect(page).toContain("<title>Harbour Shop</title>");
    expect(program.headers.get("content-type")).toContain("javascript");
    expect(await program.text()).toContain("Everything for a small boat.");
  });

  test("stores a product, once", async () => {
    const oar = { name: "Oar", price: 3990 };

    const added = await post(`${url}/api/products`, oar);
    const again = await post(`${url}/api/products`, oar);

    expect([added.status, again.status]).toEqual([201, 409]);
    expect(await json(await fetch(`${url}/api/products`))).toEqual([
      expect.objectContaining({ name: "Mooring rope, 10 m" }),
      expect.objectContaining({ name: "Brass lantern" }),
      expect.objectContaining({ name: "Tin of tar" }),
      await json(added),
    ]);
  });
});

describe.skipIf(await isTaken(8081))("the queue, as its README starts it (skipped where port 8081 is in use)", () => {
  const queue = example("queue");
  const url = "http://localhost:8081";
  beforeAll(() => queue.up());
  afterAll(() => queue.down());

  const finished = (id: string) => `event: finished\ndata: {"id":"${id}"}\n\n`;

  test("does a job, and tells those who listen", async () => {
    const stream = await fetch(`${url}/events`);
    const events = readAll(stream);
    const { id } = (await json(await post(`${url}/jobs`, { text: "caulk the hull", ms: 500 }))) as { id: string };
    const state = async () => (await json(await fetch(`${url}/jobs/${id}`))) as { state: string };

    const before = await state();
    await until("the job", 20_000, async () => (await state()).state === "finished");
    await until("the event", 5000, async () => events.text().includes(finished(id)));
    await events.close();

    expect(before).toEqual({ id, state: "queued" });
    expect(await state()).toMatchObject({ text: "caulk the hull", version: "1.0.0", state: "finished" });
    expect(events.text()).toMatch(/^event: hello\ndata: {"version":"1.0.0"}\n\n/);
  });

  test("sends back what comes by WebSocket", async () => {
    const socket = new WebSocket("ws://localhost:8081/ws");
    const received: string[] = [];
    socket.addEventListener("message", ({ data }) => received.push(String(data)));

    await once(socket, "open");
    socket.send("ahoy");
    await until("the echo", 5000, async () => received.length >= 2);
    socket.close();

    expect(received.map((text) => JSON.parse(text))).toEqual([
      { version: "1.0.0" },
      { echo: "ahoy", version: "1.0.0" },
    ]);
  });

  test("answers a slow request", async () => {
    const start = performance.now();

    const answer = await fetch(`${url}/slow?ms=700`);

    expect(await json(answer)).toEqual({ ms: 700, version: "1.0.0" });
    expect(performance.now() - start).toBeGreaterThanOrEqual(690);
  });
});

/** Collects what comes, for as long as it comes. */
function readAll({ body }: Response): { text(): string; close(): Promise<void> } {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async (): Promise<void> => {
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) text += part.value;
  };
  const reading = read();
  return {
    text: () => text,
    async close() {
      await reader?.cancel();
      await reading;
    },
  };
}
