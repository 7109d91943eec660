import { isMapping, parseYaml, positionOfKey } from "../../config/index.ts";
import type { Path, YamlSource } from "../../config/index.ts";
import type { SeenFile, SeenFiles } from "./files.ts";

/** A compose file of the project, as it is written: nothing is merged or filled in. */
export interface ComposeFile {
  readonly file: SeenFile;
  readonly services: readonly ComposeService[];
}

export interface ComposeService {
  readonly name: string;
  readonly line: number;
  readonly definition: Readonly<Record<string, unknown>>;
  /** Line of a key of this service; its own where the key is not written. */
  lineOf(...path: Path): number;
}

/** `compose.yaml`, `docker-compose.production.yml`, and the like. */
const names = /(?:^|\/)(?:docker-)?compose(?:[.-][\w-]+)*\.ya?ml$/;

export function readComposeFiles(files: SeenFiles): readonly ComposeFile[] {
  return files
    .find(names)
    .filter(({ content }) => content === "text")
    .map((file) => ({ file, services: servicesOf(parseYaml(file.path, file.lines.join("\n"))) }));
}

function servicesOf(source: YamlSource): readonly ComposeService[] {
  if (source.document.errors.length > 0) return [];
  let content: unknown;
  try {
    content = source.document.toJS();
  } catch {
    return [];
  }
  const services = isMapping(content) && isMapping(content["services"]) ? content["services"] : {};
  return Object.entries(services).flatMap(([name, definition]) => {
    if (!isMapping(definition)) return [];
    const above = ["services", name];
    const lineOf = (...path: Path): number => positionOfKey(source, [...above, ...path]).line;
    return [{ name, line: lineOf(), definition, lineOf }];
  });
}
