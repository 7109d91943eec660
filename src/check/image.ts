/** An image reference, taken apart. `registry/path:tag@digest`. */
export interface ImageReference {
  readonly text: string;
  /** `docker.io` where none is written. */
  readonly registry: string;
  /** Without `library/`: `postgres`, `bitnami/postgresql`. */
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** Some of it is a variable whose value is not known here. */
  readonly unknown: boolean;
}

export function parseImage(text: string): ImageReference {
  const [withTag = "", digest] = text.split("@", 2);
  const [, whole = withTag, tag] = /^(.*?)(?::([^:/]*))?$/.exec(withTag) ?? [];
  const parts = whole.split("/");
  const [first = ""] = parts;
  const hasRegistry = parts.length > 1 && (/[.:]/.test(first) || first === "localhost");
  const registry = hasRegistry ? first : "docker.io";
  const path = (hasRegistry ? parts.slice(1) : parts).join("/").replace(/^library\//, "");
  return { text, registry, path, name: path.split("/").at(-1) ?? "", tag, digest, unknown: text.includes("$") };
}

/** One of Docker's own images: `postgres`, `docker.io/library/postgres`, or a mirror of it. */
export function isOfficial(image: ImageReference): boolean {
  return !image.path.includes("/") || /(^|\/)(docker\/library|library)\//.test(image.path);
}

/** The leading numbers of a tag: `17.2-alpine` is [17, 2]; empty where it starts with none. */
export function versionOf(tag: string | undefined): readonly number[] {
  const [text = ""] = /^v?\d+(\.\d+)*/.exec(tag ?? "") ?? [];
  return text === "" ? [] : text.replace("v", "").split(".").map(Number);
}

/** Is `version` older than `other`, as far as both say? `17` is not older than `17.2`. */
export function isOlder(version: readonly number[], other: readonly number[]): boolean {
  for (const [index, part] of other.entries()) {
    const own = version[index];
    if (own === undefined) return false;
    if (own !== part) return own < part;
  }
  return false;
}
