import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import type { EngineInventory, ServiceImage } from "../../src/images/index.ts";

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export type TarEntry = readonly [name: string, content: Uint8Array | string | { readonly linkTo: string }];

export async function tar(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of entries) {
    if (typeof content === "string" || content instanceof Uint8Array) archive.entry({ name }, Buffer.from(content));
    else archive.entry({ name, type: "symlink", linkname: content.linkTo });
  }
  archive.finalize();
  return buffer(archive);
}

export function configOf(layers: readonly (Uint8Array | string)[]): string {
  return JSON.stringify({
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
  });
}

export function localImage(service: string, layers: readonly string[], more: Partial<ServiceImage> = {}): ServiceImage {
  const id = `sha256:${sha256(JSON.stringify(layers))}`;
  return {
    service,
    reference: `wherry/shop/${service}:none-${id.slice(7, 19)}`,
    digest: id,
    source: { kind: "local", id, store: "graph" },
    layers,
    layerBytes: layers.map(() => 1000),
    bytes: layers.length * 1000,
    ...more,
  };
}

export function inventory(images: readonly ServiceImage[], more: Partial<EngineInventory> = {}): EngineInventory {
  return {
    architecture: "amd64",
    store: "graph",
    images: images.map(({ digest, reference, layers }) => ({
      id: digest,
      references: [reference],
      digests: [],
      layers: layers ?? [],
    })),
    parts: {},
    ...more,
  };
}
