import type { Secret } from "../core/index.ts";
import { compareText, replicaAddresses } from "./addresses.ts";
import { secretNamesIn } from "./check-secrets.ts";
import type { AppModel, Placement, RenderedFile } from "./model.ts";
import { escapeDollars, renderedNames } from "./render-context.ts";
import type { Plain, RenderContext } from "./render-context.ts";
import { fillIn, renderFiles } from "./render-files.ts";
import { renderProject } from "./render-project.ts";
import { reset, yamlText } from "./yaml-text.ts";

export interface RenderOptions {
  readonly app: string;
  readonly environment: string;
  readonly stack: string;
  /** Service -> reference by which the server's engine knows its image. */
  readonly images: ReadonlyMap<string, string>;
  /** Name -> value, for every name in AppModel.secrets. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Service -> hash of everything that makes it what it is; the label `wherry.config` of base services. */
  readonly configHashes: ReadonlyMap<string, string>;
}

/**
 * Every file of a release, for its folder on the server. Plain compose files that know nothing of slots: they take
 * WHERRY_SLOT, WHERRY_RELEASE, WHERRY_DATA, WHERRY_NET_<i> and WHERRY_BASE_NET_<i> from the environment of compose.
 * A placement without services has no files.
 */
export function renderRelease(model: AppModel, options: RenderOptions): readonly RenderedFile[] {
  const addresses = replicaAddresses(model);
  return (["release", "base"] as const).flatMap((placement) => {
    const services = model.services.filter((service) => service.placement === placement);
    if (services.length === 0) return [];
    const context: RenderContext = {
      project: model.resolved,
      model,
      placement,
      app: options.app,
      environment: options.environment,
      stack: options.stack,
      addresses,
      imageOf: required(options.images, "image"),
      configHashOf: required(options.configHashes, "configuration hash"),
    };
    const files: RenderedFile[] = [
      { path: "compose.yaml", content: yamlText(headline(options, placement), renderProject(context)), mode: 0o644 },
      ...overlay(
        "secrets.yaml",
        "values of secrets, merged over compose.yaml",
        secretEnvironment(model, placement, options.secrets),
        0o600,
      ),
      ...overlay(
        "oneoff.yaml",
        "for docker compose run beside what runs: without the fixed addresses",
        oneOff(model, placement),
        0o644,
      ),
      ...renderFiles(model.resolved, services, options.secrets),
    ];
    const folder = placement === "base" ? "base/" : "";
    return files
      .map((file) => ({ ...file, path: `${folder}${file.path}` }))
      .toSorted((a, b) => compareText(a.path, b.path));
  });
}

function headline({ app, environment }: RenderOptions, placement: Placement): string {
  return placement === "base"
    ? `${app} ${environment}: services that are changed in place`
    : `${app} ${environment}: one release`;
}

function overlay(path: string, comment: string, services: Plain, mode: number): readonly RenderedFile[] {
  return Object.keys(services).length === 0 ? [] : [{ path, content: yamlText(comment, { services }), mode }];
}

function secretEnvironment(model: AppModel, placement: Placement, secrets: ReadonlyMap<string, Secret>): Plain {
  const project = model.resolved;
  const entries = model.services.flatMap((service) => {
    if (service.placement !== placement) return [];
    const environment = Object.entries(project.document.services[service.name]?.environment ?? {}).filter(
      ([, value]) => secretNamesIn(project, value ?? "").length > 0,
    );
    if (environment.length === 0) return [];
    const filled = Object.fromEntries(
      environment.map(([name, value]) => [name, escapeDollars(fillIn(project, value ?? "", secrets))]),
    );
    return renderedNames(service).map((name) => [name, { environment: filled }] as const);
  });
  return Object.fromEntries(entries);
}

function oneOff(model: AppModel, placement: Placement): Plain {
  const entries = model.services.flatMap((service) => {
    if (service.placement !== placement || service.proxyNetwork === undefined) return [];
    const networks = { [service.proxyNetwork]: { ipv4_address: reset } };
    return renderedNames(service).map((name) => [name, { networks }] as const);
  });
  return Object.fromEntries(entries);
}

function required(values: ReadonlyMap<string, string>, what: string): (service: string) => string {
  return (service) => {
    const value = values.get(service);
    if (value === undefined) throw new Error(`no ${what} for ${service}`);
    return value;
  };
}
