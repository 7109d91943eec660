import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import fc from "fast-check";
import { onTestFinished, describe, expect, test } from "vitest";
import { learnLayers, readLayers } from "../../src/images/layer-cache.ts";
import type { PushedLayer } from "../../src/images/layer-cache.ts";
import { receiver } from "../../src/images/receiver.ts";
import { createContext, type Context } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { sha256 } from "./helpers.ts";

/** One for each test: a connection that is kept from the test before would be one to nobody. */
let port = 27_431;
const repository = "wherry/secret";
const known = `sha256:${"a".repeat(64)}`;

async function desk(ctx: Context = createContext()) {
  port += 1;
  const folder = temporaryFolder();
  const { handle, received } = receiver(ctx, repository, folder, new Map([[known, 17]]));
  const failures: unknown[] = [];
  const serving = await ctx.loopback.serve(port, async (request, response) => {
    await handle(request, response).catch((error: unknown) => {
      failures.push(error);
      throw error;
    });
  });
  onTestFinished(async () => serving?.close());
  const call = (method: string, path: string, body?: string): Promise<Response> =>
    fetch(new URL(path, `http://127.0.0.1:${port}`), { method, ...(body === undefined ? {} : { body }) });
  const at = (path: string): string => `/v2/${repository}/${path}`;
  return { folder, received, failures, call, at };
}

describe("the receiving half of a registry", () => {
  test("takes a blob in pieces, and keeps it under its digest", async () => {
    const { folder, received, call, at } = await desk();
    const digest = `sha256:${sha256("hello world")}`;
    const begun = await call("POST", at("blobs/uploads/"));
    const place = begun.headers.get("location") ?? "";
    expect((await call("PATCH", place, "hello ")).status).toBe(202);
    const ended = await call("PUT", `${place}?digest=${digest}`, "world");

    expect(ended.status).toBe(201);
    expect(readFileSync(join(folder, digest.slice(7)), "utf8")).toBe("hello world");
    expect(received.blobs.get(digest)).toBe(11);
    expect((await call("HEAD", at(`blobs/${digest}`))).status).toBe(200);
  });

  test("takes a blob at once", async () => {
    const { folder, received, call, at } = await desk();
    const digest = `sha256:${sha256("whole")}`;

    expect((await call("POST", at(`blobs/uploads/?digest=${digest}`), "whole")).status).toBe(201);
    expect(readFileSync(join(folder, digest.slice(7)), "utf8")).toBe("whole");
    expect(received.blobs.get(digest)).toBe(5);
  });

  test("keeps what is longer than a chunk as it was sent", async () => {
    const { folder, call, at } = await desk();
    const long = "0123456789".repeat(300_000);
    const digest = `sha256:${sha256(long)}`;
    const place = (await call("POST", at("blobs/uploads/"))).headers.get("location") ?? "";
    await call("PATCH", place, long);

    expect((await call("PUT", `${place}?digest=${digest}`)).status).toBe(201);
    expect(readFileSync(join(folder, digest.slice(7)), "utf8") === long).toBe(true);
  });

  test("refuses bytes that are not those of their digest, and keeps none of them", async () => {
    const { folder, received, call, at } = await desk();
    const place = (await call("POST", at("blobs/uploads/"))).headers.get("location") ?? "";

    expect((await call("PUT", `${place}?digest=${known}`, "other")).status).toBe(400);
    expect((await call("PUT", `${place}?digest=${known}`, "other")).status).toBe(404);
    expect(received.blobs.size).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a disk that is full ends the push, and not the program", async () => {
    const real = createContext();
    const openWrite: Context["files"]["openWrite"] = () =>
      new Writable({ write: (_chunk, _encoding, done) => done(new Error("ENOSPC")) });
    const { failures, call, at } = await desk({ ...real, files: { ...real.files, openWrite } });
    const place = (await call("POST", at("blobs/uploads/"))).headers.get("location") ?? "";

    await expect(call("PATCH", place, "hello")).rejects.toThrow("fetch failed");
    expect(failures).toEqual([new Error("ENOSPC")]);
  });

  test("says that it has what need not come", async () => {
    const { call, at } = await desk();

    const there = await call("HEAD", at(`blobs/${known}`));
    expect(there.status).toBe(200);
    // The engine takes the size from here into the manifest.
    expect(there.headers.get("content-length")).toBe("17");
    expect((await call("POST", at(`blobs/uploads/?mount=${known}&from=other`))).status).toBe(201);
    expect((await call("HEAD", at(`blobs/sha256:${"b".repeat(64)}`))).status).toBe(404);
  });

  test("is there for one repository alone, and gives nothing away", async () => {
    const { received, call, at } = await desk();
    await call("PUT", at("manifests/i0"), "{}");

    expect((await call("PUT", "/v2/wherry/guess/manifests/i0", "{}")).status).toBe(404);
    expect((await call("POST", "/v2/wherry/guess/blobs/uploads/")).status).toBe(404);
    expect((await call("GET", at("manifests/i0"))).status).toBe(404);
    expect((await call("HEAD", at("manifests/i0"))).status).toBe(404);
    expect((await call("GET", at(`blobs/${known}`))).status).toBe(404);
    expect(received.manifests.map(({ tag }) => tag)).toEqual(["i0"]);
  });

  test("does not start where somebody else listens", async () => {
    await desk();

    expect(await createContext().loopback.serve(port, async () => {})).toBeUndefined();
  });
});

describe("what is known of layers", () => {
  const ctx = () => createContext({ env: { XDG_CACHE_HOME: temporaryFolder() } });
  const layer = (diffId: string, size = 1): PushedLayer => ({ diffId: `sha256:${diffId}`, size });

  test("is remembered, and the newest longest", async () => {
    const context = ctx();
    await learnLayers(context, new Map([["sha256:1", layer("a")]]));
    await learnLayers(context, new Map([["sha256:2", layer("b")]]));

    expect([...(await readLayers(context))]).toEqual([
      ["sha256:1", layer("a")],
      ["sha256:2", layer("b")],
    ]);
  });

  test("comes back as it was, however it was learned", async () => {
    const digests = fc.dictionary(
      fc.constantFrom("1", "2", "3", "4", "5", "6", "7", "8"),
      fc.record({ diffId: fc.string(), size: fc.nat() }),
      { maxKeys: 6 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(digests, { maxLength: 4 }), async (pushes) => {
        const context = ctx();
        for (const push of pushes) await learnLayers(context, new Map(Object.entries(push)));

        expect(await readLayers(context)).toEqual(new Map(pushes.flatMap((push) => Object.entries(push))));
      }),
      { numRuns: 15 },
    );
  });

  test("has a bound, and nobody else reads it", async () => {
    const context = ctx();
    await learnLayers(context, new Map([["old", layer("a")]]));
    await learnLayers(context, new Map(Array.from({ length: 4000 }, (_, index) => [`${index}`, layer("b")])));

    const known = await readLayers(context);
    expect(known.size).toBe(4000);
    expect(known.has("old")).toBe(false);
    const file = statSync(join(context.env["XDG_CACHE_HOME"] ?? "", "wherry/layers.json"));
    expect(file.mode & 0o777).toBe(0o600);
  });

  test.each(["", "[[1]]", "{", "null", '[["sha256:1","sha256:a"]]'])("%j in its file is as nothing", async (text) => {
    const context = ctx();
    await context.files.write(join(context.env["XDG_CACHE_HOME"] ?? "", "wherry/layers.json"), text);

    expect((await readLayers(context)).size).toBe(0);
  });

  test.each(["", "relative"])("XDG_CACHE_HOME=%j counts for nothing", async (folder) => {
    const home = temporaryFolder();
    const context = createContext({ env: { XDG_CACHE_HOME: folder, HOME: home } });
    await learnLayers(context, new Map([["sha256:1", layer("a")]]));

    expect(readdirSync(join(home, ".cache/wherry"))).toEqual(["layers.json"]);
  });

  test("is nothing where there is no folder for it", async () => {
    const context = createContext({ env: {} });
    await learnLayers(context, new Map([["sha256:1", layer("a")]]));

    expect((await readLayers(context)).size).toBe(0);
  });
});
