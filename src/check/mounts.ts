import type { Part } from "./part.ts";
import { isTrue, itemsOf, mappingOf, partAt, textOf } from "./part.ts";

/** An entry of `volumes:` or `tmpfs:`. */
export interface Mount {
  readonly part: Part;
  readonly type: "volume" | "bind" | "tmpfs" | "other";
  /** Name of a volume or path; empty for an anonymous volume. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export function mountsOf(service: Part): readonly Mount[] {
  const tmpfs = partAt(service, "tmpfs");
  const folders = tmpfs === undefined ? [] : textOf(tmpfs) === undefined ? itemsOf(tmpfs) : [tmpfs];
  return [
    ...itemsOf(partAt(service, "volumes")).map((part) =>
      mappingOf(part).size > 0 ? longMount(part) : shortMount(part),
    ),
    ...folders.map((part): Mount => {
      const target = (textOf(part) ?? "").split(":")[0] ?? "";
      return { part, type: "tmpfs", source: "", target: clean(target), readOnly: false };
    }),
  ];
}

function longMount(part: Part): Mount {
  const type = textOf(partAt(part, "type")) ?? "volume";
  return {
    part,
    type: type === "volume" || type === "bind" || type === "tmpfs" ? type : "other",
    source: textOf(partAt(part, "source")) ?? textOf(partAt(part, "src")) ?? "",
    target: clean(textOf(partAt(part, "target")) ?? textOf(partAt(part, "dst")) ?? ""),
    readOnly: isTrue(partAt(part, "read_only")),
  };
}

function shortMount(part: Part): Mount {
  const text = textOf(part) ?? "";
  const [first = "", second, options = ""] = text.split(/(?<!^[A-Za-z]):/);
  const source = second === undefined ? "" : first;
  return {
    part,
    type: /^[./~\\$]|^[A-Za-z]:/.test(source) ? "bind" : "volume",
    source,
    target: clean(second ?? first),
    readOnly: options.split(",").includes("ro"),
  };
}

function clean(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

/** Is `path` the folder, or below it? */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
