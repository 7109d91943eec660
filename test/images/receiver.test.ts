import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, describe, expect, test } from "vitest";
import { learnLayers, readLayers } from "../../src/images/layer-cache.ts";
import { receiver } from "../../src/images/receiver.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { sha256 } from "./helpers.ts";

/** One for each test: a connection that is kept from the test before would be one to nobody. */
let port = 27_431;
const repository = "wherry/secret";
const known = `sha256:${"a".repeat(64)}`;

async function desk() {
  const ctx = createContext();
  port += 1;
  const folder = temporaryFolder();
  const { handle, received } = receiver(ctx, repository, folder, new Set([known]));
  const serving = await ctx.loopback.serve(port, handle);
  onTestFinished(async () => serving?.close());
  const call = (method: string, path: string, body?: string): Promise<Response> =>
    fetch(new URL(path, `http://127.0.0.1:${port}`), { method, ...(body === undefined ? {} : { body }) });
  const at = (path: string): string => `/v2/${repository}/${path}`;
  return { folder, received, call, at };
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

  test("refuses bytes that are not those of their digest", async () => {
    const { received, call, at } = await desk();
    const place = (await call("POST", at("blobs/uploads/"))).headers.get("location") ?? "";

    expect((await call("PUT", `${place}?digest=${known}`, "other")).status).toBe(400);
    expect(received.blobs.size).toBe(0);
  });

  test("says that it has what need not come", async () => {
    const { call, at } = await desk();

    expect((await call("HEAD", at(`blobs/${known}`))).status).toBe(200);
    expect((await call("POST", at(`blobs/uploads/?mount=${known}&from=other`))).status).toBe(201);
    expect((await call("HEAD", at(`blobs/sha256:${"b".repeat(64)}`))).status).toBe(404);
  });

  test("is there for one repository alone, and gives nothing away", async () => {
    const { received, call, at } = await desk();
    await call("PUT", at("manifests/i0"), "{}");

    expect((await call("PUT", "/v2/wherry/guess/manifests/i0", "{}")).status).toBe(404);
    expect((await call("POST", "/v2/wherry/guess/blobs/uploads/")).status).toBe(404);
    expect((await call("GET", at("manifests/i0"))).status).toBe(404);
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

  test("is remembered, and the newest longest", async () => {
    const context = ctx();
    await learnLayers(context, new Map([["sha256:1", "sha256:a"]]));
    await learnLayers(context, new Map([["sha256:2", "sha256:b"]]));

    expect([...(await readLayers(context))]).toEqual([
      ["sha256:1", "sha256:a"],
      ["sha256:2", "sha256:b"],
    ]);
  });

  test.each(["", "[[1]]", "{", "null"])("%j in its file is as nothing", async (text) => {
    const context = ctx();
    await context.files.write(join(context.env["XDG_CACHE_HOME"] ?? "", "wherry/layers.json"), text);

    expect((await readLayers(context)).size).toBe(0);
  });
});
