/** Services that people look for and do not find here, with the reason and what to take. */
export const leftOut: Readonly<Record<string, { readonly why: string; readonly instead: string }>> = {
  minio: {
    why: "its makers stopped publishing images of the community edition in October 2025, so security fixes no longer arrive",
    instead: "wherry catalog add seaweedfs",
  },
  "cardano-graphql": {
    why: "its last version is of May 2025 and is not made for the node versions of today",
    instead: "wherry catalog add blockfrost (the same database over REST), or yaci-store",
  },
  "cf-explorer": {
    why: "its repositories no longer hold a compose file; it counts as retired",
    instead: "wherry catalog add blockfrost for the data, and a public explorer for the pages",
  },
  "mithril-signer": {
    why: "it is for those who run a stake pool",
    instead: "wherry catalog add cardano-node --with mithril for a fast first start",
  },
};
