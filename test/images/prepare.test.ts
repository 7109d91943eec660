import { expect, test } from "vitest";
import { Secret } from "../../src/core/index.ts";
import type { ProgressEvent } from "../../src/core/index.ts";
import { imageForServer, keptImages, prepareImages } from "../../src/images/index.ts";
import type { PrepareRequest } from "../../src/images/index.ts";
import { pinned, repositoryOf } from "../../src/images/registry.ts";
import { createContext, type Context, type ProcessResult } from "../../src/system/index.ts";

const index = `sha256:${"a".repeat(64)}`;
const nginx = {
  Id: `sha256:${"b".repeat(64)}`,
  Os: "linux",
  Architecture: "amd64",
  Size: 5,
  RootFS: { Layers: ["sha256:1"] },
};

test("an image of a registry is pulled by the server, by digest", async () => {
  const { ctx } = machine({ registry: { "nginx:1.28": { digest: index } } });

  expect(await prepare(ctx, "nginx:1.28")).toEqual({
    service: "web",
    reference: "wherry/shop/web:pulled-aaaaaaaaaaaa",
    digest: index,
    source: { kind: "registry", pull: `nginx@${index}` },
    layers: undefined,
    bytes: undefined,
  });
});

test("an image with a digest is looked up nowhere", async () => {
  const { ctx, asked } = machine({});

  expect(await prepare(ctx, `ghcr.io/shop/web:1@${index}`)).toMatchObject({
    source: { kind: "registry", pull: `ghcr.io/shop/web@${index}` },
  });
  expect(asked).toEqual([]);
});

test("an image that was made on this machine is sent, and no registry is asked", async () => {
  const { ctx, asked } = machine({ engine: { "nginx:1.28": nginx } });

  expect(await prepare(ctx, "nginx:1.28")).toMatchObject({
    reference: "wherry/shop/web:local-bbbbbbbbbbbb",
    digest: nginx.Id,
    source: { kind: "local", id: nginx.Id },
    layers: ["sha256:1"],
    bytes: 5,
  });
  expect(asked.filter((line) => line.includes("imagetools"))).toEqual([]);
  expect(asked).toContain(`docker image tag ${nginx.Id} wherry/shop/web:local-bbbbbbbbbbbb`);
});

test("an image that was pulled is sent where its registry does not answer, and a note says so", async () => {
  const { ctx } = machine({ engine: { "nginx:1.28": { ...nginx, RepoDigests: [`nginx@${index}`] } } });
  const events: ProgressEvent[] = [];

  const image = await prepare(ctx, "nginx:1.28", {}, events);

  expect(image).toMatchObject({ source: { kind: "local", id: nginx.Id } });
  expect(events).toEqual([
    { type: "note", text: "web: nginx:1.28 is sent as this machine has it, for its registry says: no such host" },
  ]);
});

test("an image that is nowhere is refused by name", async () => {
  const { ctx } = machine({});

  await expect(prepare(ctx, "nginx:1.28")).rejects.toMatchObject({
    exit: "refused",
    code: "image-not-found",
    message: "nginx:1.28, the image of web, is in no registry and not on this machine",
    context: ["no such host"],
  });
});

test("an image of another architecture is refused, from a registry and from here", async () => {
  const here = machine({ engine: { "nginx:1.28": { ...nginx, Architecture: "arm64" } } });
  const there = machine({ registry: { "nginx:1.28": { digest: index, platforms: ["arm64", "s390x"] } } });

  await expect(prepare(here.ctx, "nginx:1.28")).rejects.toMatchObject({ code: "wrong-architecture" });
  await expect(prepare(there.ctx, "nginx:1.28")).rejects.toMatchObject({
    code: "wrong-architecture",
    message: "nginx:1.28 is for linux/arm64, linux/s390x, and web needs linux/amd64 on the server",
  });
});

test("no engine is needed here for what a registry has, and is asked for where it is needed", async () => {
  const { ctx } = machine({ engine: "down", registry: { "nginx:1.28": { digest: index } } });
  const builds = [{ service: "web", image: undefined, platform: undefined, build: { context: "/shop" }, secrets: [] }];

  expect(await prepare(ctx, "nginx:1.28")).toMatchObject({ source: { kind: "registry" } });
  await expect(prepare(ctx, undefined, { builds })).rejects.toMatchObject({ exit: "refused", code: "no-docker" });
});

test("a build secret without a value is named", async () => {
  const { ctx } = machine({});
  const secrets = [{ id: "token", name: "NPM_TOKEN" }];
  const builds = [{ service: "web", image: undefined, platform: undefined, build: { context: "/shop" }, secrets }];

  await expect(
    prepare(ctx, undefined, { builds, secrets: new Map([["OTHER", new Secret("x")]]) }),
  ).rejects.toMatchObject({
    code: "build-secret-missing",
    message: "the build of web needs the secret NPM_TOKEN, which has no value",
  });
});

test("images of an earlier release come from where they came from, or from this machine", async () => {
  const { ctx } = machine({ engine: { "wherry/shop/web:none-1": nginx } });
  const recorded = [
    { name: "proxy", image: "wherry/shop/proxy:pulled-a", digest: index, pull: `nginx@${index}` },
    { name: "web", image: "wherry/shop/web:none-1", digest: nginx.Id, pull: null },
    { name: "gone", image: "wherry/shop/gone:none-2", digest: "sha256:2", pull: null },
  ];

  expect(
    (await keptImages(ctx, recorded)).map(({ service, reference, source }) => [service, reference, source.kind]),
  ).toEqual([
    ["proxy", "wherry/shop/proxy:pulled-a", "registry"],
    ["web", "wherry/shop/web:none-1", "local"],
  ]);
});

test("an image goes to the server under its own name only if no registry has it", async () => {
  const made = machine({ engine: { "haproxy:3.2": nginx } });
  const pulled = machine({
    engine: { "haproxy:3.2": { ...nginx, RepoDigests: [`haproxy@${index}`] } },
    registry: { "haproxy:3.2": { digest: index } },
  });

  expect(await imageForServer(made.ctx, "haproxy:3.2")).toMatchObject({ reference: "haproxy:3.2", digest: nginx.Id });
  expect(await imageForServer(pulled.ctx, "haproxy:3.2")).toBeUndefined();
  expect(await imageForServer(machine({}).ctx, "haproxy:3.2")).toBeUndefined();
});

test("a repository is a name without its tag and its digest", () => {
  expect(["nginx", "nginx:1", "host:5000/a/b", "host:5000/a/b:1", `a:1@${index}`].map(repositoryOf)).toEqual([
    "nginx",
    "nginx",
    "host:5000/a/b",
    "host:5000/a/b",
    "a",
  ]);
  expect(pinned("nginx:1")).toBeUndefined();
});

interface Machine {
  readonly engine?: Readonly<Record<string, object>> | "down";
  readonly registry?: Readonly<Record<string, { readonly digest: string; readonly platforms?: readonly string[] }>>;
}

/** A machine with these images in its engine, and these in the registries that it reaches. */
function machine({ engine = {}, registry = {} }: Machine): { readonly ctx: Context; readonly asked: string[] } {
  const asked: string[] = [];
  const said = (exitCode: number, stdout: string, stderr = ""): ProcessResult => ({
    exitCode,
    stdout,
    stderr,
    signal: undefined,
    timedOut: false,
  });
  const answer = (argv: readonly string[]): ProcessResult => {
    const name = argv.at(-1) ?? "";
    if (argv.includes("imagetools")) {
      const found = registry[name];
      if (found === undefined) return said(1, "", "ERROR: no such host\n");
      const manifests = found.platforms?.map((architecture) => ({ platform: { os: "linux", architecture } }));
      return said(0, JSON.stringify({ digest: found.digest, manifests }));
    }
    if (engine === "down") return said(1, "", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.");
    if (argv[2] !== "inspect") return said(0, "");
    const image = engine[name];
    return image === undefined ? said(1, "", "No such image") : said(0, JSON.stringify(image));
  };
  const run = async (argv: readonly string[]): Promise<ProcessResult> => {
    asked.push(argv.join(" "));
    return answer(argv);
  };
  const real = createContext();
  const start: Context["processes"]["start"] = (argv) =>
    // A process that has ended, with the streams of one that has nothing to say.
    ({ ...real.processes.start(["true"]), done: run(argv) });
  return { ctx: createContext({ processes: { run, start } }), asked };
}

async function prepare(
  ctx: Context,
  image: string | undefined,
  more: Partial<PrepareRequest> = {},
  events: ProgressEvent[] = [],
) {
  const request: PrepareRequest = {
    app: "shop",
    directory: "/shop",
    services: [{ name: "web", image, built: image === undefined }],
    builds: [],
    secrets: new Map(),
    commit: undefined,
    dirty: false,
    platform: "linux/amd64",
    exportTree: async () => {},
    ...more,
  };
  return (await prepareImages(ctx, request, (event) => events.push(event))).get("web");
}
