import type { EngineInventory, ServiceImage, Shipment } from "./model.ts";

/** What the server must pull and what must be sent to it, given what it has. */
export function planShipment(images: Iterable<ServiceImage>, inventory: EngineInventory): Shipment {
  const absent = [...new Map([...images].map((image) => [image.reference, image])).values()].filter(
    (image) => !isThere(image, inventory),
  );
  const pulls = absent.flatMap(({ reference, source }) =>
    source.kind === "registry" ? { reference, pull: source.pull } : [],
  );
  const missing = absent.filter(({ source }) => source.kind !== "registry");
  const layerBytes = missingBytes(missing, inventory);
  const there = Object.values(inventory.parts).reduce((sum, size) => sum + size, 0);
  // Each layer is there three times at one moment: as it arrived, as docker load unpacks the archive, and as it is kept.
  return { pulls, missing, layerBytes, bytesNeeded: Math.max(layerBytes * 3 - there, 0) };
}

/** Under its name; that somebody gave the name to another image shows where ids are those of the same thing. */
function isThere({ reference, source }: ServiceImage, { images, store }: EngineInventory): boolean {
  const there = images.find(({ references }) => references.includes(reference));
  if (there === undefined) return false;
  return source.kind === "registry" || source.store !== "graph" || store !== "graph" || there.id === source.id;
}

/** The image is there under another name, and only needs the new one. */
export function isOnlyUnnamed(image: ServiceImage, inventory: EngineInventory): boolean {
  const { source } = image;
  return source.kind !== "registry" && inventory.images.some(({ id }) => id === source.id);
}

/**
 * How many of an image's layers, from the bottom, docker load does not read, because the engine has them. A layer counts
 * only on top of the same layers: the engine knows layers by the whole chain below them.
 */
export function knownLayers(layers: readonly string[], inventory: EngineInventory): number {
  if (inventory.wantsWhole === true) return 0;
  const chains = inventory.images
    // A containerd engine knows layers by the digest as they came; only what we sent is sure to come the same way again.
    .filter(({ references }) => inventory.store === "graph" || references.some((name) => name.startsWith("wherry/")))
    .map((image) => image.layers);
  return Math.max(0, ...chains.map((chain) => commonPrefix(chain, layers)));
}

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length += 1;
  return length;
}

function missingBytes(missing: readonly ServiceImage[], inventory: EngineInventory): number {
  const sizes = new Map<string, number>();
  let unknown = 0;
  for (const image of missing) {
    if (isOnlyUnnamed(image, inventory)) continue;
    if (image.layers === undefined || image.layerBytes === undefined) {
      unknown += Math.max((image.bytes ?? 0) - knownBytes(image, inventory), 0);
      continue;
    }
    const known = knownLayers(image.layers, inventory);
    for (const [index, layer] of image.layers.entries()) {
      if (index >= known) sizes.set(layer, image.layerBytes[index] ?? 0);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, unknown);
}

/** Of an image whose layers have no sizes: those of the largest image of the server that is wholly beneath it. */
function knownBytes({ layers }: ServiceImage, inventory: EngineInventory): number {
  if (layers === undefined) return 0;
  const known = knownLayers(layers, inventory);
  const beneath = inventory.images.filter(
    (one) => one.layers.length <= known && commonPrefix(one.layers, layers) === one.layers.length,
  );
  return Math.max(0, ...beneath.map(({ bytes }) => bytes ?? 0));
}
