import { isAbsolute, join, relative, resolve } from "node:path";
import { isMapping, parseYaml, positionOfKey } from "../config/index.ts";
import type { Path, YamlSource } from "../config/index.ts";
import { invalidError } from "../core/index.ts";
import type { Position } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { insertEntry } from "../writer/index.ts";
import type { Part } from "./render.ts";

/** A YAML file of the user's folder: its text, and what it means. */
export interface UserFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly text: string;
  readonly source: YamlSource;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface UserFiles {
  readonly wherry: UserFile | undefined;
  /** All compose files, in the order of merging; the first is the one that is written to. */
  readonly compose: readonly [UserFile, ...UserFile[]];
}

const defaultNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** Reads what the catalogue has to know of an app. An app without a compose file gets one: it is there, and empty. */
export async function readUserFiles(ctx: Context, folder: string): Promise<UserFiles> {
  const wherry = await readFile(ctx, folder, "wherry.yaml");
  const [written = "compose.yaml", ...others] = await composeNames(ctx, folder, wherry);
  const first = relative(folder, resolve(folder, written));
  if (first.startsWith("..") || isAbsolute(first)) {
    throw invalidError("compose-elsewhere", `${written} is outside of ${folder}: nothing is written there`, {
      hint: "put the compose file below the folder of wherry.yaml",
    });
  }
  const compose = await readFile(ctx, folder, first);
  const rest = await Promise.all(others.map((name) => readFile(ctx, folder, name)));
  return {
    wherry,
    compose: [compose ?? fileOf(first, ""), ...rest.filter((file) => file !== undefined)],
  };
}

async function composeNames(ctx: Context, folder: string, wherry: UserFile | undefined): Promise<readonly string[]> {
  const written = wherry?.content["compose"];
  if (typeof written === "string") return [written];
  if (Array.isArray(written)) return written.filter((name) => typeof name === "string");
  for (const name of defaultNames) if ((await ctx.files.stat(join(folder, name))) !== undefined) return [name];
  return [];
}

async function readFile(ctx: Context, folder: string, path: string): Promise<UserFile | undefined> {
  const text = await ctx.files.readText(join(folder, path));
  return text === undefined ? undefined : fileOf(path, text);
}

function fileOf(path: string, text: string): UserFile {
  const source = parseYaml(path, text);
  const [error] = source.document.errors;
  if (error !== undefined) throw notYaml(path, error.message);
  const content = contentOf(source);
  if (content !== null && content !== undefined && !isMapping(content)) throw notYaml(path, "it is no mapping of keys");
  return { path, text, source, content: isMapping(content) ? content : {} };
}

function contentOf(source: YamlSource): unknown {
  try {
    return source.document.toJS();
  } catch (error) {
    // An alias without an anchor, or one that grows without bounds.
    throw notYaml(source.file, error instanceof Error ? error.message : String(error));
  }
}

function notYaml(path: string, why: string): Error {
  return invalidError("not-yaml", `${path} cannot be read: ${why}`, { hint: "correct it first" });
}

/** What a section of the compose files holds, over all files. */
export function sectionOf(files: readonly UserFile[], section: string): Readonly<Record<string, unknown>> {
  const sections = files.map(({ content }) => content[section]).filter((value) => isMapping(value));
  return Object.assign({}, ...sections) as Readonly<Record<string, unknown>>;
}

export function placeOf(files: readonly UserFile[], path: Path): Position | undefined {
  const file = files.find(({ content }) => {
    const [section, key] = path;
    const entries = content[String(section)];
    return isMapping(entries) && (key === undefined || Object.hasOwn(entries, key));
  });
  return file === undefined ? undefined : positionOfKey(file.source, path);
}

/**
 * The compose file with these parts at the end of their sections; every other byte as it was.
 * @throws WherryError `not-a-block` where a section is written in braces, or is an alias
 */
export function withParts(file: UserFile, parts: readonly Part[]): string {
  return parts.reduce((text, part) => {
    const gap = part.section === "services" && hasEntries(text) ? "\n" : "";
    const changed = hasSection(text, part.section)
      ? insertEntry(text, [part.section], gap + part.text)
      : insertEntry(text, [], `${text.trim() === "" ? "" : "\n"}${part.section}:\n${indented(part.text)}`);
    if (changed === undefined) throw notABlock(file, part.section);
    return changed;
  }, file.text);
}

export function notABlock(file: UserFile, section: string): Error {
  return invalidError(
    "not-a-block",
    `${file.path}: ${section} is not written line by line, and nothing can be put into it`,
    {
      at: positionOfKey(file.source, [section]),
      hint: `write ${section}: in lines of their own, without braces`,
    },
  );
}

function hasSection(text: string, section: string): boolean {
  const content: unknown = parseYaml("", text).document.toJS();
  return isMapping(content) && Object.hasOwn(content, section);
}

function hasEntries(text: string): boolean {
  const content: unknown = parseYaml("", text).document.toJS();
  const services = isMapping(content) ? content["services"] : undefined;
  return isMapping(services) && Object.keys(services).length > 0;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
