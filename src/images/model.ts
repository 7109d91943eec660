/** What the server's engine has, as `look` reports it; decides what must cross the network. */
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
  }[];
  /** Parts of earlier, cut transfers: name -> size in bytes. */
  readonly parts: Readonly<Record<string, number>>;
}
