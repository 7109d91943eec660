import type { Context } from "../system/index.ts";
import { findLocal } from "./engine.ts";
import type { RecordedImage } from "./kept.ts";
import type { EngineInventory, ServiceImage } from "./model.ts";

/** The images of a release that another server has, and those that it no longer has. */
export interface TakenImages {
  readonly images: readonly ServiceImage[];
  readonly gone: readonly RecordedImage[];
}

/**
 * The very images of a release on another server, under the names and digests of its record. What came from a registry
 * comes from there again by digest; all else is what that server's engine has. Pure.
 */
export function takeImages(services: readonly RecordedImage[], { images, store }: EngineInventory): TakenImages {
  const gone: RecordedImage[] = [];
  const taken = services.flatMap((recorded): readonly ServiceImage[] => {
    const { name: service, image: reference, digest, pull } = recorded;
    if (pull !== null) {
      const source = { kind: "registry", pull } as const;
      return [{ service, reference, digest, source, layers: undefined, bytes: undefined }];
    }
    const there = images.find(({ references }) => references.includes(reference));
    if (there === undefined) {
      gone.push(recorded);
      return [];
    }
    const { id, layers, bytes } = there;
    return [{ service, reference, digest, source: { kind: "server", id, store }, layers, bytes }];
  });
  return { images: taken, gone };
}

/** What this machine has too need not be fetched from far away: the same image by its id, and not by its name alone. */
export async function preferLocal(ctx: Context, images: readonly ServiceImage[]): Promise<readonly ServiceImage[]> {
  return Promise.all(
    images.map(async (image): Promise<ServiceImage> => {
      const { source, reference } = image;
      if (source.kind !== "server") return image;
      const local = await findLocal(ctx, reference).catch(() => undefined);
      if (local === undefined || local.id !== source.id || local.store !== source.store) return image;
      const { id, store, layers, layerBytes, bytes } = local;
      return {
        ...image,
        source: { kind: "local", id, store },
        layers,
        bytes,
        ...(layerBytes === undefined ? {} : { layerBytes }),
      };
    }),
  );
}
