import type { Notice } from "./model.ts";
import { allStrings } from "./strings.ts";
import type { ComposeProject, ResolvedService } from "./project.ts";

/** Names of the secrets whose values reach a service. */
export function secretsOf(project: ComposeProject, service: ResolvedService): readonly string[] {
  const inEnvironment = Object.values(service.environment ?? {}).flatMap((value) =>
    secretNamesIn(project, value ?? ""),
  );
  const inSecrets = (service.secrets ?? []).flatMap(({ source }) => {
    const { environment, file } = project.document.secrets[source] ?? {};
    return environment !== undefined ? [environment] : file !== undefined ? [`file:${source}`] : [];
  });
  const inConfigs = (service.configs ?? []).flatMap(({ source }) =>
    secretNamesIn(project, configText(project, source)),
  );
  return [...new Set([...inEnvironment, ...inSecrets, ...inConfigs])].toSorted();
}

export function configText(project: ComposeProject, name: string): string {
  const file = project.configFiles.get(name);
  return file === undefined ? (project.document.configs[name]?.content ?? "") : Buffer.from(file).toString("latin1");
}

export function secretNamesIn(project: ComposeProject, text: string): readonly string[] {
  return [...project.placeholders].filter(([token]) => text.includes(token)).map(([, name]) => name);
}

/** A secret anywhere but in the environment, a secret or a config would be seen by others. */
export function checkSecrets(project: ComposeProject): readonly Notice[] {
  return allStrings(project.document).flatMap(({ path, text }): Notice[] => {
    const names = secretNamesIn(project, text);
    if (names.length === 0 || isSafePlace(path, text)) return [];
    const at = project.positionOf(path) ?? project.positionOf(path.slice(0, 3)) ?? project.positionOf(path.slice(0, 2));
    return [
      {
        severity: "error",
        code: "secret-in-the-open",
        message: `${path.join(".").replaceAll(text, "KEY")}: the secret ${names.join(", ")} would be seen by others there${visibleIn(path)}`,
        hint: "give it to the container in environment: or as a compose secret",
        ...(at === undefined ? {} : { at }),
      },
    ];
  });
}

function isSafePlace(path: readonly (string | number)[], text: string): boolean {
  const [top, , key] = path;
  const isKey = path.at(-1) === text;
  if (isKey) return false;
  return (
    (top === "services" && key === "environment") ||
    (top === "configs" && key === "content") ||
    String(top).startsWith("x-")
  );
}

function visibleIn(path: readonly (string | number)[]): string {
  const key = path[0] === "services" ? path[2] : undefined;
  if (key === "build") return ": what an image is built from stays in its layers";
  if (key === "command" || key === "entrypoint" || key === "healthcheck")
    return ": command lines are in the process list";
  if (key === "labels" || key === "annotations") return ": labels are shown by every docker inspect";
  return "";
}
