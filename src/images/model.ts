/** What the server's engine has, as `inventoryScript` tells it; decides what must cross the network. */
export interface EngineInventory {
  /** Docker's name for the architecture: `amd64`, `arm64`. */
  readonly architecture: string;
  /** `containerd` keeps blobs by their compressed digest, `graph` keeps unpacked layers by their diff id. */
  readonly store: "graph" | "containerd";
  /** Image references and ids present, with the diff ids of their layers, bottom first. */
  readonly images: readonly {
    readonly id: string;
    readonly references: readonly string[];
    readonly digests: readonly string[];
    readonly layers: readonly string[];
    /** As the engine counts it. */
    readonly bytes?: number;
  }[];
  /** Parts of earlier, cut transfers: name -> size in bytes. */
  readonly parts: Readonly<Record<string, number>>;
  /** The engine would not load an archive with layers left out: the next one is whole. */
  readonly wantsWhole?: boolean;
}

/** What the image of a service is, after preparing it on this machine. */
export interface ServiceImage {
  readonly service: string;
  /**
   * Name by which the server's engine knows it: `wherry/<app>/<service>:<label>-<12 hex of the digest>`. Immutable:
   * the same name never means another image. The label is the commit (12 digits, `-dirty` where files were changed),
   * `none` without git, `pulled` for an image of a registry, `local` for one that only the local engine has.
   */
  readonly reference: string;
  /** Of the registry's manifest where it is pulled, else the image's id. */
  readonly digest: string;
  readonly source: ImageSource;
  /** Diff ids, bottom first; undefined for an image that is not on this machine. */
  readonly layers: readonly string[] | undefined;
  /** Uncompressed size of each layer, in the order of `layers`; left out where the image's history does not tell. */
  readonly layerBytes?: readonly number[];
  /** Uncompressed size of the image. */
  readonly bytes: number | undefined;
}

export type ImageSource =
  | {
      readonly kind: "local";
      readonly id: string;
      /** Of the engine here. With `containerd` the id is that of a manifest, and not of the image's configuration. */
      readonly store: EngineInventory["store"];
    }
  /** The engine of another server has it under the same name, and hands it over. */
  | { readonly kind: "server"; readonly id: string; readonly store: EngineInventory["store"] }
  /** `repository@sha256:...` */
  | { readonly kind: "registry"; readonly pull: string };

/** Writes an archive of `docker save` with these images, from the engine of another server, into a file of this machine. */
export type FetchImages = (references: readonly string[], file: string) => Promise<void>;

/** One image that the server pulls from its registry, and the name that it gets there. */
export interface Pull {
  readonly reference: string;
  readonly pull: string;
}

/** What the server lacks. */
export interface Shipment {
  readonly pulls: readonly Pull[];
  /** Images of this machine, or of another server, that must be sent, or at least named. */
  readonly missing: readonly ServiceImage[];
  /** Uncompressed bytes of the layers that the server lacks, at most. */
  readonly layerBytes: number;
  /** Disk that the server needs while it loads them. */
  readonly bytesNeeded: number;
}
