import type { Evidence, Place, Repository } from "./model.ts";

/** Looking around in a listing: all of it pure, paths relative to the top of the repository. */

export function join(folder: string, path: string): string {
  if (folder === "") return path;
  return path === "" ? folder : `${folder}/${path}`;
}

export function has({ repository, folder }: Place, path: string): boolean {
  return repository.files.includes(join(folder, path));
}

export function textOf({ repository, folder }: Place, path: string): string | undefined {
  return repository.texts.get(join(folder, path));
}

/** The first of these files that is there. */
export function firstOf(place: Place, paths: readonly string[]): string | undefined {
  return paths.find((path) => has(place, path));
}

/** Files below the folder, relative to it. Those of parts below it are another's when `apart` names them. */
function filesBelow({ repository, folder }: Place, apart: readonly string[] = []): readonly string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  return repository.files
    .filter((file) => file.startsWith(prefix) && !apart.some((other) => file.startsWith(`${other}/`)))
    .map((file) => file.slice(prefix.length));
}

export interface Match extends Evidence {
  readonly match: RegExpMatchArray;
}

const sourceFile = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|py|go|rs|java|kt|properties|ya?ml|toml)$/;
const testFile =
  /(?:^|\/)(?:tests?|__tests__|spec|e2e|fixtures)\/|\.(?:test|spec)\.|_test\.go$|(?:^|\/)test_[^/]*\.py$/;

/** Source files of the folder whose texts are known; not its tests, which say little about how it runs. */
export function sourcesOf(place: Place, pattern: RegExp = sourceFile): readonly string[] {
  const others = foldersWithManifest(place.repository).filter(
    (folder) => folder !== place.folder && folder.startsWith(place.folder === "" ? "" : `${place.folder}/`),
  );
  return filesBelow(place, others).filter(
    (file) => pattern.test(file) && !testFile.test(file) && textOf(place, file) !== undefined,
  );
}

/** Every match of a pattern in these files, with its line. */
export function search(place: Place, files: readonly string[], pattern: RegExp): readonly Match[] {
  const all = new RegExp(pattern.source, pattern.flags.includes("g") ? pattern.flags : `${pattern.flags}g`);
  return files.flatMap((path) => {
    const text = textOf(place, path) ?? "";
    return [...text.matchAll(all)].map((match) => ({
      file: join(place.folder, path),
      line: lineOf(text, match.index),
      what: lineText(text, match.index),
      match,
    }));
  });
}

/** The place of the first match in one file; the file's first line where there is none. */
export function evidenceIn(place: Place, path: string, pattern: RegExp, what: string): Evidence {
  const text = textOf(place, path) ?? "";
  const index = text.search(pattern);
  return { file: join(place.folder, path), line: index === -1 ? 1 : lineOf(text, index), what };
}

export function evidenceOf({ file, line, what }: Match): Evidence {
  return { file, line, what };
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function lineText(text: string, index: number): string {
  const start = text.lastIndexOf("\n", index - 1) + 1;
  const end = text.indexOf("\n", index);
  const line = text.slice(start, end === -1 ? undefined : end).trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

const manifests = ["package.json", "requirements.txt", "pyproject.toml", "go.mod", "Cargo.toml", "pom.xml"];
const gradle = ["build.gradle", "build.gradle.kts"];

/** Folders that may hold a part: those with a manifest, the top first. */
export function foldersWithManifest({ files }: Repository): readonly string[] {
  const names = new Set([...manifests, ...gradle]);
  const folders = files.flatMap((file) => {
    const slash = file.lastIndexOf("/");
    return names.has(file.slice(slash + 1)) ? [slash === -1 ? "" : file.slice(0, slash)] : [];
  });
  return [...new Set(folders)].toSorted((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1));
}

/** Folders that compiled programs read when they run: pages, templates, migrations. */
export function runtimeFolders(place: Place): readonly string[] {
  const names = ["templates", "views", "static", "public", "assets", "migrations", "locales"];
  const files = filesBelow(place);
  return names.filter((name) => files.some((file) => file.startsWith(`${name}/`)));
}
