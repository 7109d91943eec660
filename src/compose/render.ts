import type { Secret } from "../core/index.ts";
import type { AppModel, RenderedFile } from "./model.ts";

export interface RenderOptions {
  readonly app: string;
  readonly environment: string;
  readonly stack: string;
  /** Service -> reference by which the server's engine knows its image. */
  readonly images: ReadonlyMap<string, string>;
  /** Name -> value, for every name in AppModel.secrets. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Service -> hash of everything that makes it what it is; the label `wherry.config` of base services. */
  readonly configHashes: ReadonlyMap<string, string>;
}

/** Every file of a release, for its folder on the server. */
export function renderRelease(_model: AppModel, _options: RenderOptions): readonly RenderedFile[] {
  throw new Error("not written yet");
}
