import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { createContext } from "../../src/system/index.ts";

const { https } = createContext();

async function serve(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("an answer has its status, headers and text", async () => {
  const url = await serve((request, response) => {
    response.writeHead(201, { "x-seen": request.headers["x-sent"] ?? "" }).end("Grüße");
  });

  const answer = await https.get(url, { headers: { "x-sent": "yes" } });

  expect(answer).toMatchObject({ status: 201, body: "Grüße", headers: { "x-seen": "yes" } });
});

test("a redirection is an answer, and is not followed", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(302, { location: "https://example.com/" }).end();
  });

  expect(await https.get(url)).toMatchObject({ status: 302, headers: { location: "https://example.com/" } });
});

test("without encryption nothing but this machine is asked", async () => {
  await expect(https.get("http://example.com/")).rejects.toThrow("only https");
  await expect(https.get("file:///etc/passwd")).rejects.toThrow("only https");
});

test("a service that is silent, or not there, is a reason and no error", async () => {
  const url = await serve(() => {});

  expect(await https.get(url, { timeout: 100 })).toEqual({ status: undefined, reason: "no answer in time" });
  expect(await https.get("http://127.0.0.1:1/")).toMatchObject({ status: undefined });
});

test("an answer without end is cut off", async () => {
  const url = await serve((_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  });

  expect(await https.get(url)).toMatchObject({ status: undefined, reason: expect.stringContaining("larger than") });
});

test("a body is sent as JSON, once", async () => {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    void (async () => {
      seen.push(`${request.method} ${request.headers["content-type"]} ${await text(request)}`);
      response.writeHead(500).end();
    })();
  });

  expect(await https.post(url, { a: "ü" }, { headers: { "x-sent": "yes" } })).toMatchObject({ status: 500 });
  expect(seen).toEqual([`POST application/json {"a":"ü"}`]);
  await expect(https.post("http://example.com/", {})).rejects.toThrow("only https");
});
