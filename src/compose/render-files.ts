import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Secret } from "../core/index.ts";
import { configText, secretNamesIn } from "./check-secrets.ts";
import type { RenderedFile, ServiceModel } from "./model.ts";
import { definitionsOf } from "./project.ts";
import type { ComposeProject, MountedFile } from "./project.ts";

/**
 * Files are readable by everybody: the folders above are closed (0700), and the user of a container must be able to
 * read what is mounted into it.
 */
const readable = 0o444;
const executable = 0o555;

export const secretPath = (name: string): string => `files/secrets/${name}`;
export const configPath = (name: string): string => `files/configs/${name}`;

/** The same path in every release, so that a service that did not change is not made anew. */
export function bindPath(path: string): string {
  return `files/binds/${createHash("sha256").update(path).digest("hex").slice(0, 8)}-${posix.basename(path).replaceAll(/[^\w.-]/g, "_")}`;
}

/** What the services of one rendered project mount from its folder. */
export function renderFiles(
  project: ComposeProject,
  services: readonly ServiceModel[],
  secrets: ReadonlyMap<string, Secret>,
): readonly RenderedFile[] {
  const definitions = definitionsOf(project, services);
  const files = new Map<string, RenderedFile>();
  const add = (path: string, content: string | Uint8Array, mode = readable): void =>
    void files.set(path, { path, content, mode });
  for (const { source } of definitions.flatMap((service) => service.secrets ?? []))
    add(secretPath(source), secretContent(project, source, secrets));
  const configs = definitions.flatMap((service) => service.configs ?? []);
  const scripts = new Set(configs.filter(isExecutable).map(({ source }) => source));
  for (const { source } of configs)
    add(configPath(source), configContent(project, source, secrets), scripts.has(source) ? executable : readable);
  for (const { source } of definitions.flatMap((service) => service.volumes ?? [])) {
    const bind = source === undefined ? undefined : project.binds.get(source);
    if (bind?.kind !== "file" && bind?.kind !== "folder") continue;
    for (const file of bind.files)
      add(posix.join(bindPath(bind.path), file.path), file.content, file.executable ? 0o755 : 0o644);
  }
  return [...files.values()];
}

function isExecutable(use: MountedFile): boolean {
  return ((modeOf(use) ?? 0) & 0o111) !== 0;
}

/** `0440` as compose writes it: text with octal digits, or (before 2.30) the number itself. */
export function modeOf({ mode }: MountedFile): number | undefined {
  return typeof mode === "string" ? Number.parseInt(mode, 8) : mode;
}

function secretContent(
  project: ComposeProject,
  name: string,
  secrets: ReadonlyMap<string, Secret>,
): string | Uint8Array {
  const file = project.fileSecrets.get(name);
  if (file !== undefined) return Buffer.from(file.reveal(), "base64");
  return valueOf(project.document.secrets[name]?.environment ?? name, secrets);
}

function configContent(
  project: ComposeProject,
  name: string,
  secrets: ReadonlyMap<string, Secret>,
): string | Uint8Array {
  const file = project.configFiles.get(name);
  const text = configText(project, name);
  if (secretNamesIn(project, text).length === 0) return file ?? text;
  return fillIn(project, file === undefined ? text : Buffer.from(file).toString("utf8"), secrets);
}

/** The text with every placeholder replaced by its secret. */
export function fillIn(project: ComposeProject, text: string, secrets: ReadonlyMap<string, Secret>): string {
  let filled = text;
  for (const [token, name] of project.placeholders)
    if (filled.includes(token)) filled = filled.replaceAll(token, () => valueOf(name, secrets));
  return filled;
}

function valueOf(name: string, secrets: ReadonlyMap<string, Secret>): string {
  const secret = secrets.get(name);
  // Preflight asks for every name in AppModel.secrets before anything is rendered.
  if (secret === undefined) throw new Error(`the secret ${name} has no value`);
  return secret.reveal();
}
