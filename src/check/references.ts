import type { Spot } from "./model.ts";
import { isTrue, itemsOf, partAt, spotOf, textOf } from "./part.ts";
import type { Part } from "./part.ts";
import { dockerfilePath, folderOf, pathIn } from "./project.ts";
import type { Project } from "./project.ts";

/** Something on disk that the files name. */
export interface Reference {
  readonly path: string;
  readonly written: string;
  readonly what: string;
  readonly at: Spot;
  readonly service: string | undefined;
  /** A Dockerfile is also read. */
  readonly kind: "file" | "dockerfile" | "include";
  readonly required: boolean;
}

/** All files that have to be there besides the compose files. What holds variables without a value is left out. */
export function referencesOf(project: Project): readonly Reference[] {
  const reference = (
    part: Part,
    what: string,
    service: string | undefined,
    written = textOf(part),
    kind: Reference["kind"] = "file",
  ): readonly Reference[] => {
    if (written === undefined || written === "" || /\$|:\/\/|^~/.test(written)) return [];
    const path = pathIn(folderOf(project, part.source), written);
    return [{ path, written, what, at: spotOf(part), service, kind, required: true }];
  };
  const inServices = project.services.flatMap(({ name, part, built }) => {
    const list = partAt(part, "env_file");
    const files = textOf(list) === undefined ? itemsOf(list) : list === undefined ? [] : [list];
    const environment = files.flatMap((item) => {
      const path = partAt(item, "path") ?? item;
      const optional = partAt(item, "required") !== undefined && !isTrue(partAt(item, "required"));
      return optional ? [] : reference(path, "the env_file", name);
    });
    return [...environment, ...(built === undefined ? [] : dockerfileOf(project, built.part, name))];
  });
  const inSections = (["secrets", "configs"] as const).flatMap((section) =>
    [...project.sections[section]].flatMap(([name, part]) => {
      const file = partAt(part, "file");
      return file === undefined ? [] : reference(file, `the file of ${section.slice(0, -1)} ${name}:`, undefined);
    }),
  );
  const included = itemsOf(project.top.get("include")).flatMap((item) => {
    const path = partAt(item, "path") ?? item;
    const all = textOf(path) === undefined ? itemsOf(path) : [path];
    return all.flatMap((one) => reference(one, "the included file", undefined, textOf(one), "include"));
  });
  return [...inServices, ...inSections, ...included];
}

function dockerfileOf(project: Project, build: Part, service: string): readonly Reference[] {
  const path = dockerfilePath(build, folderOf(project, build.source));
  if (path === undefined) return [];
  const at = partAt(build, "dockerfile") ?? partAt(build, "context") ?? build;
  return [
    {
      path,
      written: path,
      what: "the Dockerfile",
      at: textOf(at) === undefined ? at.key : spotOf(at),
      service,
      kind: "dockerfile",
      required: true,
    },
  ];
}
