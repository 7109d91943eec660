import { createHash } from "node:crypto";
import { hexOf, type ArchivedImage, type ArchivedLayer } from "./archive.ts";
import { knownLayers } from "./plan.ts";
import type { EngineInventory } from "./model.ts";

/** One file of the archive that the server's `docker load` gets: its bytes, or where they are on this machine. */
export interface PayloadFile {
  readonly path: string;
  readonly size: number;
  /** Its bytes are compressed already. */
  readonly compressed: boolean;
  readonly from: { readonly bytes: Uint8Array } | { readonly file: string; readonly offset: number };
}

export interface NamedImage {
  readonly reference: string;
  readonly archived: ArchivedImage;
}

const layerType = "application/vnd.oci.image.layer.v1.tar";

/**
 * The archive for the server, with the layers that it has left out. It is of both kinds at once: engines with the graph
 * store read manifest.json, in every version; those with the containerd store read the OCI layout, and only there may
 * layers be left out.
 */
export function payloadOf(images: readonly NamedImage[], inventory: EngineInventory): readonly PayloadFile[] {
  const files = new Map<string, PayloadFile>();
  const add = (path: string, bytes: Uint8Array): void =>
    void files.set(path, { path, size: bytes.length, compressed: false, from: { bytes } });
  const addBlob = (bytes: Uint8Array): { readonly digest: string; readonly size: number } => {
    const hex = createHash("sha256").update(bytes).digest("hex");
    add(`blobs/sha256/${hex}`, bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };

  const described = images.map(({ reference, archived }) => {
    const { config, layers } = archived;
    for (const { blob, size, file, offset, compression } of missingOf(archived, inventory)) {
      const path = `blobs/sha256/${blob}`;
      files.set(path, { path, size, compressed: compression !== undefined, from: { file, offset } });
    }
    const configBlob = addBlob(config);
    const manifest = addBlob(
      json({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: { mediaType: "application/vnd.oci.image.config.v1+json", ...configBlob },
        layers: layers.map(({ blob, size, compression }) => ({
          mediaType: compression === undefined ? layerType : `${layerType}+${compression}`,
          digest: `sha256:${blob}`,
          size,
        })),
      }),
    );
    const paths = layers.map(({ blob }) => `blobs/sha256/${blob}`);
    return {
      docker: { Config: `blobs/sha256/${hexOf(configBlob.digest)}`, RepoTags: [reference], Layers: paths },
      oci: {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        ...manifest,
        annotations: {
          "io.containerd.image.name": fullName(reference),
          "org.opencontainers.image.ref.name": reference.slice(reference.lastIndexOf(":") + 1),
        },
      },
    };
  });
  add("manifest.json", json(described.map(({ docker }) => docker)));
  add("index.json", json({ schemaVersion: 2, manifests: described.map(({ oci }) => oci) }));
  add("oci-layout", json({ imageLayoutVersion: "1.0.0" }));
  return [...files.values()];
}

function missingOf(image: ArchivedImage, inventory: EngineInventory): readonly ArchivedLayer[] {
  const known = knownLayers(
    image.layers.map(({ diffId }) => diffId),
    inventory,
  );
  // Compressed, the same layer may come as other bytes next time: a containerd engine would then miss what it has.
  const certain = inventory.store === "graph" || image.layers.every(({ compression }) => compression === undefined);
  return certain ? image.layers.slice(known) : image.layers;
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** `nginx:1.28` as registries and containerd know it: `docker.io/library/nginx:1.28`. */
export function fullName(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  if (rest.length === 0) return `docker.io/library/${reference}`;
  return /[.:]|^localhost$/.test(first) ? reference : `docker.io/${reference}`;
}
