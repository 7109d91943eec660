import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readLayers } from "../../src/images/layer-cache.ts";
import type { EngineInventory, ServiceImage } from "../../src/images/index.ts";
import { pushImages, type Pushed } from "../../src/images/push.ts";
import { createContext, type Context } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { configOf, inventory, localImage, sha256 } from "./helpers.ts";

const base = "the layer of the base";
const layer = (text: string): string => `sha256:${sha256(text)}`;
const gzipType = "application/vnd.docker.image.rootfs.diff.tar.gzip";

describe("what the engine here pushes", () => {
  test("is the image, with the layers that the server lacks as files", async () => {
    const engine = machine();
    const image = imageOf([base, "one"]);

    const pushed = await push(engine, image, inventory([]));

    expect(pushed.images).toMatchObject([
      { reference: image.reference, archived: { layers: [{ diffId: layer(base) }, { diffId: layer("one") }] } },
    ]);
    const [top] = pushed.images[0]?.archived.layers.slice(1) ?? [];
    expect(readFileSync(top?.file ?? "")).toEqual(gzipSync("one"));
    expect(top?.compression).toBe("gzip");
    expect(Buffer.from(pushed.images[0]?.archived.config ?? []).toString()).toBe(configOf([base, "one"]));
  });

  test("is the new layer alone, once it has pushed the others", async () => {
    const engine = machine();
    const first = imageOf([base, "one"]);
    await push(engine, first, inventory([]));
    engine.sent.length = 0;

    const second = imageOf([base, "two"]);
    const pushed = await push(engine, second, inventory([first]));

    expect(engine.sent).toEqual([layer("two")]);
    expect(pushed.images[0]?.archived.layers.map(({ file, size }) => [file === "", size])).toEqual([
      [true, gzipSync(base).length],
      [false, gzipSync("two").length],
    ]);
    expect((await readLayers(engine.ctx)).size).toBe(3);
  });

  test("is known by a name that is taken back, and that nobody can guess", async () => {
    const engine = machine();
    const pushed = await push(engine, imageOf([base]), inventory([]));
    await pushed.tidied;

    const [tagged] = engine.asked.filter((line) => line.startsWith("docker image tag"));
    const name = tagged?.split(" ").at(-1) ?? "";
    expect(name).toMatch(/^127\.0\.0\.1:27419\/wherry\/[0-9a-f-]{36}:i0$/);
    expect(engine.asked).toContain(`docker image rm ${name}`);
  });
});

describe("images are saved and not pushed", () => {
  const image = imageOf([base, "one"]);
  const older = imageOf([base, "zero"]);
  const there = { ...image, source: { kind: "local", id: image.digest, store: "containerd" } } as const;

  test.each<[string, Engine, ServiceImage, EngineInventory, RegExp]>([
    ["for a server with the containerd store", {}, image, inventory([], { store: "containerd" }), /containerd store/],
    ["from an engine with the containerd store", {}, there, inventory([]), /containerd store/],
    ["in CI, where the engine has pushed nothing yet", { env: { CI: "1" } }, image, inventory([older]), /not pushed/],
    ["where the port is taken", { isTaken: true }, image, inventory([]), /port 27419 .* is taken/],
    ["where the engine is elsewhere", { host: "ssh://build@far" }, image, inventory([]), /another machine/],
    ["where the engine does not reach us", { push: "refused" }, image, inventory([]), /connection refused/],
    ["where an index comes", { push: "index" }, image, inventory([]), /something else/],
    ["where another image comes", { push: "other" }, image, inventory([]), /something else/],
    ["where a layer does not come", { push: "part" }, image, inventory([]), /something else/],
    ["where the disk is full", { isFull: true }, image, inventory([]), /could not be written down/],
  ])("%s", async (_when, options, what, has, why) => {
    const engine = machine(options);

    const pushed = await pushImages(engine.ctx, [what], has, join(engine.folder, "pushed"));

    expect("declined" in pushed && pushed.declined).toMatch(why);
    expect(readdirSync(engine.folder)).toEqual([]);
    const names = (verb: string): readonly string[] =>
      engine.asked
        .filter((line) => line.startsWith(`docker image ${verb}`))
        .map((line) => line.split(" ").at(-1) ?? "");
    expect(names("rm")).toEqual(names("tag"));
    expect((await readLayers(engine.ctx)).size).toBe(0);
  });
});

interface Engine {
  readonly env?: Readonly<Record<string, string>>;
  readonly host?: string;
  readonly isTaken?: boolean;
  readonly isFull?: boolean;
  readonly push?: "refused" | "index" | "other" | "part";
}

let port = 27_460;

/** A machine whose engine has all images that are asked for; it pushes as engines do, by real HTTP. */
function machine({ env = {}, host = "unix:///var/run/docker.sock", isTaken, isFull, push: how }: Engine = {}) {
  const asked: string[] = [];
  const sent: string[] = [];
  const folder = temporaryFolder();
  const real = createContext({ env: { XDG_CACHE_HOME: temporaryFolder(), ...env } });
  port += 1;
  const here = `http://127.0.0.1:${port}`;
  const said = (exitCode: number, stdout = "", stderr = "") => ({
    exitCode,
    stdout,
    stderr,
    signal: undefined,
    timedOut: false,
  });
  const call = (method: string, path: string, body?: Uint8Array | string): Promise<Response> =>
    fetch(new URL(path, here), { method, ...(body === undefined ? {} : { body }) });

  const blob = async (repository: string, bytes: Uint8Array, what: string) => {
    const digest = `sha256:${sha256(bytes)}`;
    const head = await call("HEAD", `/v2/${repository}/blobs/${digest}`);
    if (head.status === 200) return { digest, size: Number(head.headers.get("content-length")) };
    sent.push(what);
    const begun = await call("POST", `/v2/${repository}/blobs/uploads/`);
    const location = begun.headers.get("location") ?? "";
    await call("PATCH", location, bytes);
    await call("PUT", `${location}?digest=${digest}`);
    return { digest, size: bytes.length };
  };
  const pushAll = async (name: string) => {
    if (how === "refused") return said(1, "", "dial tcp 127.0.0.1:27419: connect: connection refused\n");
    const repository = name.slice(name.indexOf("/") + 1);
    const texts = images.get(ids.get(name) ?? "") ?? [];
    const layers = [];
    for (const text of how === "part" ? [] : texts)
      layers.push({ mediaType: gzipType, ...(await blob(repository, gzipSync(text), layer(text))) });
    const config = await blob(repository, Buffer.from(configOf(how === "other" ? ["other"] : texts)), "config");
    sent.splice(sent.indexOf("config"), 1);
    const manifest = how === "index" ? { manifests: [] } : { schemaVersion: 2, config, layers };
    const { status } = await call("PUT", `/v2/${repository}/manifests/i0`, JSON.stringify(manifest));
    return said(status === 201 ? 0 : 1);
  };
  const ids = new Map<string, string>();
  const run: Context["processes"]["run"] = async (argv) => {
    asked.push(argv.join(" "));
    if (argv[2] === "tag") ids.set((argv[4] ?? "").replace(/:i0$/, ""), argv[3] ?? "");
    return said(0, argv[1] === "context" ? `${host}\n` : "");
  };
  const start: Context["processes"]["start"] = (argv) => ({
    ...real.processes.start(["true"]),
    done: pushAll(argv.at(-1) ?? "").catch(() => said(1, "", "killed")),
  });
  const ctx: Context = {
    ...real,
    processes: { run, start },
    files: isFull === true ? { ...real.files, rename: () => Promise.reject(new Error("ENOSPC")) } : real.files,
    loopback: { serve: async (_port, handle) => (isTaken === true ? undefined : real.loopback.serve(port, handle)) },
  };
  return { ctx, asked, sent, folder };
}

const images = new Map<string, readonly string[]>();

/** Its layers are their own uncompressed bytes. */
function imageOf(texts: readonly string[]): ServiceImage {
  const id = `sha256:${sha256(configOf(texts))}`;
  images.set(id, texts);
  const source = { kind: "local", id, store: "graph" } as const;
  return localImage("web", texts.map(layer), {
    digest: id,
    source,
    reference: `wherry/shop/web:none-${id.slice(7, 19)}`,
  });
}

async function push(
  { ctx, folder }: ReturnType<typeof machine>,
  image: ServiceImage,
  has: EngineInventory,
): Promise<Exclude<Pushed, { declined: string }>> {
  const pushed = await pushImages(ctx, [image], has, join(folder, image.digest.slice(7)));
  if ("declined" in pushed) throw new Error(pushed.declined);
  await pushed.tidied;
  return pushed;
}
