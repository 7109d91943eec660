import type { Context } from "../system/index.ts";
import { findLocal } from "./engine.ts";
import type { ServiceImage } from "./model.ts";
import { describeLocal } from "./prepare.ts";
import { lookUp } from "./registry.ts";

/** A service of an earlier release, as its record has it. */
export interface RecordedImage {
  readonly name: string;
  readonly image: string;
  readonly digest: string;
  /** `repository@sha256:...` where it came from a registry. */
  readonly pull: string | null;
}

/** Where the images of an earlier release can be had again; those that are nowhere are not in the result. */
export async function keptImages(ctx: Context, services: readonly RecordedImage[]): Promise<readonly ServiceImage[]> {
  const found = await Promise.all(
    services.map(async ({ name, image, digest, pull }): Promise<ServiceImage | undefined> => {
      if (pull !== null) {
        const source = { kind: "registry", pull } as const;
        return { service: name, reference: image, digest, source, layers: undefined, bytes: undefined };
      }
      const local = await findLocal(ctx, image);
      return local === undefined ? undefined : describeLocal(name, image, local);
    }),
  );
  return found.filter((image) => image !== undefined);
}

/**
 * An image that has to be sent to a server under its own name, because no registry has it; undefined where the server can
 * pull it, and where this machine does not have it either.
 */
export async function imageForServer(ctx: Context, name: string): Promise<ServiceImage | undefined> {
  const local = await findLocal(ctx, name).catch(() => undefined);
  if (local === undefined) return undefined;
  if (local.digests.length > 0 && (await lookUp(ctx, name)).found) return undefined;
  return describeLocal(name, name, local);
}
