/**
 * Images: built from the repository or found in a registry, and brought to a server's engine without a registry in
 * between. Only the layers that the server lacks cross the network, and a transfer that was cut goes on where it was.
 */
export { imageForServer, keptImages } from "./kept.ts";
export type { RecordedImage } from "./kept.ts";
export { inventoryScript, parseInventory } from "./inventory.ts";
export type { EngineInventory, FetchImages, ImageSource, Pull, ServiceImage, Shipment } from "./model.ts";
export { planShipment } from "./plan.ts";
export { prepareImages } from "./prepare.ts";
export type { PrepareRequest } from "./prepare.ts";
export { openShipment, pullScript } from "./ship.ts";
export type { OpenShipment } from "./ship.ts";
export { preferLocal, takeImages } from "./taken.ts";
