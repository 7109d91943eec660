import { createHash } from "node:crypto";
import { compareText, replicaAddresses } from "./addresses.ts";
import { configText } from "./check-secrets.ts";
import type { AppModel, ServiceModel } from "./model.ts";
import type { ComposeProject } from "./project.ts";
import { renderProject } from "./render-project.ts";
import { mapStrings } from "./strings.ts";

/**
 * Hash of what makes a service's containers what they are, without the image: the service as it is rendered (what
 * Wherry drops changes nothing), the networks and volumes it uses, and the content of its files. Secrets are in it by name.
 */
export function definitionOf(
  project: ComposeProject,
  model: Pick<AppModel, "services" | "releaseNetworks" | "baseNetworks">,
  service: ServiceModel,
): string {
  // Networks of others would shift the numbers of its own.
  const own = service.networks.map(({ name }) => name);
  const alone = { services: [service], releaseNetworks: own, baseNetworks: own };
  const rendered = renderProject({
    project,
    model: alone,
    placement: service.placement,
    app: "",
    environment: "",
    stack: "",
    addresses: replicaAddresses(model),
    imageOf: () => "",
    configHashOf: () => "",
  });
  const resolved = project.document.services[service.name] ?? {};
  const environment = Object.entries(resolved.environment ?? {});
  const configs = (resolved.configs ?? []).map(({ source }) => [
    source,
    hash(named(project, configText(project, source))),
  ]);
  const secrets = (resolved.secrets ?? []).map(({ source }) => [
    source,
    project.document.secrets[source]?.environment ?? "file",
  ]);
  const binds = (resolved.volumes ?? []).flatMap(({ source }) => {
    const bind = project.binds.get(source ?? "");
    return bind?.kind === "file" || bind?.kind === "folder"
      ? [bind.path, ...bind.files.map((file) => [file.path, file.executable, hash(file.content)])]
      : [];
  });
  const parts = mapStrings({ rendered, environment, configs, secrets, binds }, (text) => named(project, text));
  return hash(JSON.stringify(sorted(parts))).slice(0, 32);
}

/** Placeholders are random; the names of their secrets are not. */
function named(project: ComposeProject, text: string): string {
  let result = text;
  for (const [token, name] of project.placeholders) result = result.replaceAll(token, () => `\${secret ${name}}`);
  return result;
}

function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
