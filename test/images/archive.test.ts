import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readArchive } from "../../src/images/archive.ts";
import { fullName, payloadOf } from "../../src/images/payload.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { configOf, inventory, localImage, sha256, tar, type TarEntry } from "./helpers.ts";

const layers = ["the base", "the program", "the page"].map((text) => Buffer.from(text));
const [base = Buffer.of(), program = Buffer.of(), page = Buffer.of()] = layers;
const config = configOf(layers);
const ctx = createContext();

/** As engines before 25 write it: manifest.json last, and a layer that is there already as a link. */
const old: readonly TarEntry[] = [
  ["1".repeat(64) + "/VERSION", "1.0"],
  ["1".repeat(64) + "/layer.tar", base],
  ["2".repeat(64) + "/layer.tar", { linkTo: `../${"3".repeat(64)}/layer.tar` }],
  ["3".repeat(64) + "/layer.tar", program],
  ["4".repeat(64) + "/layer.tar", page],
  [`${sha256(config)}.json`, config],
  [
    "manifest.json",
    JSON.stringify([
      {
        Config: `${sha256(config)}.json`,
        RepoTags: ["shop/web:1"],
        Layers: ["1", "2", "4"].map((digit) => `${digit.repeat(64)}/layer.tar`),
      },
    ]),
  ],
];

/** As newer engines write it; those with the containerd store keep layers compressed, as they came. */
function oci(blobs: readonly Uint8Array[]): readonly TarEntry[] {
  return [
    ...blobs.map((blob): TarEntry => [`blobs/sha256/${sha256(blob)}`, blob]),
    [`blobs/sha256/${sha256(config)}`, config],
    ["index.json", "{}"],
    [
      "manifest.json",
      JSON.stringify([
        {
          Config: `blobs/sha256/${sha256(config)}`,
          RepoTags: ["shop/web:1"],
          Layers: blobs.map((blob) => `blobs/sha256/${sha256(blob)}`),
        },
      ]),
    ],
  ];
}

test.for([
  ["folders", old],
  ["blobs", oci(layers)],
] as const)("an archive of %s gives each layer by its diff id", async ([, entries]) => {
  const { path, archive } = await written(entries);

  const [image] = await readArchive(ctx, path);

  expect(image?.references).toEqual(["shop/web:1"]);
  expect(Buffer.from(image?.config ?? []).toString()).toBe(config);
  expect(image?.layers.map(({ diffId }) => diffId)).toEqual(layers.map((layer) => `sha256:${sha256(layer)}`));
  expect(image?.layers.map(({ blob }) => blob)).toEqual(layers.map(sha256));
  expect(image?.layers.map(({ offset, size }) => archive.subarray(offset, offset + size))).toEqual(layers);
});

test("layers that are compressed are known by what they are compressed to", async () => {
  const packed = layers.map((layer) => gzipSync(layer));
  const { path } = await written(oci(packed));

  const [image] = await readArchive(ctx, path);

  expect(image?.layers.map(({ blob, compression }) => [blob, compression])).toEqual(
    packed.map((blob) => [sha256(blob), "gzip"]),
  );
});

test("a name too long for a header is read from the record before it", async () => {
  const long = `${"x".repeat(150)}/${"y".repeat(110)}/layer.tar`;
  const entries: readonly TarEntry[] = [
    [long, base],
    ["c.json", configOf([base])],
    ["manifest.json", JSON.stringify([{ Config: "c.json", RepoTags: null, Layers: [long] }])],
  ];

  const [image] = await readArchive(ctx, (await written(entries)).path);

  expect(image?.layers.map(({ size }) => size)).toEqual([base.length]);
});

test("an archive without its manifest, or without a layer, is refused", async () => {
  const headless = await written(old.slice(0, -1));
  const gap = await written(old.filter(([name]) => !name.startsWith("4")));

  await expect(readArchive(ctx, headless.path)).rejects.toThrow("manifest.json is not in it");
  await expect(readArchive(ctx, gap.path)).rejects.toThrow("is not in it");
});

test("what the server has is left out of its archive, and the manifest names it all the same", async () => {
  const [archived] = await readArchive(ctx, (await written(old)).path);
  if (archived === undefined) throw new Error("no image");
  const known = localImage(
    "web",
    archived.layers.slice(0, 2).map(({ diffId }) => diffId),
  );

  const files = payloadOf([{ reference: "wherry/shop/web:1", archived }], inventory([known]));

  expect(files.filter(({ from }) => "offset" in from).map(({ path }) => path)).toEqual([
    `blobs/sha256/${sha256(page)}`,
  ]);
  const manifest = files.find(({ path }) => path === "manifest.json");
  expect(
    JSON.parse(Buffer.from(manifest !== undefined && "bytes" in manifest.from ? manifest.from.bytes : []).toString()),
  ).toEqual([
    {
      Config: `blobs/sha256/${sha256(config)}`,
      RepoTags: ["wherry/shop/web:1"],
      Layers: layers.map((layer) => `blobs/sha256/${sha256(layer)}`),
    },
  ]);
});

test("compressed layers all go to a containerd engine: it would not know them by their diff ids", async () => {
  const [archived] = await readArchive(ctx, (await written(oci(layers.map((layer) => gzipSync(layer))))).path);
  if (archived === undefined) throw new Error("no image");
  const known = localImage(
    "web",
    archived.layers.map(({ diffId }) => diffId),
  );
  const count = (store: "graph" | "containerd"): number =>
    payloadOf([{ reference: "wherry/shop/web:1", archived }], inventory([known], { store })).filter(
      ({ from }) => "offset" in from,
    ).length;

  expect([count("graph"), count("containerd")]).toEqual([0, 3]);
});

test("a name is the same however short it is written", () => {
  expect(["nginx:1", "shop/web:1", "localhost/web:1", "ghcr.io/shop/web:1", "host:5000/web:1"].map(fullName)).toEqual([
    "docker.io/library/nginx:1",
    "docker.io/shop/web:1",
    "localhost/web:1",
    "ghcr.io/shop/web:1",
    "host:5000/web:1",
  ]);
});

async function written(entries: readonly TarEntry[]): Promise<{ readonly path: string; readonly archive: Buffer }> {
  const archive = await tar(entries);
  return { path: join(temporaryFolder({ "images.tar": archive }), "images.tar"), archive };
}
