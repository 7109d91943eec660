import { compareText } from "./addresses.ts";
import type { ServiceModel } from "./model.ts";
import { definitionsOf } from "./project.ts";
import {
  escapeDollars,
  labelsFor,
  networksOf,
  networkVariable,
  renderedNames,
  slotOf,
  withoutEmpty,
} from "./render-context.ts";
import type { Plain, RenderContext } from "./render-context.ts";
import { configPath, secretPath } from "./render-files.ts";
import { renderService } from "./render-service.ts";
import { mapStrings } from "./strings.ts";
import { volumeName } from "./volumes.ts";

/** The compose project of one placement. No `name`: the one who runs it gives it. */
export function renderProject(context: RenderContext): Plain {
  const services = context.model.services.filter((service) => service.placement === context.placement);
  const definitions = definitionsOf(context.project, services);
  const sources = (key: "secrets" | "configs"): readonly string[] =>
    unique(definitions.flatMap((service) => (service[key] ?? []).map(({ source }) => source)));
  const volumes = unique(
    definitions.flatMap((service) =>
      (service.volumes ?? []).flatMap((mount) =>
        mount.type === "volume" && mount.source !== undefined ? mount.source : [],
      ),
    ),
  );
  const entry = (path: (name: string) => string) => (name: string) => [name, { file: `./${path(name)}` }] as const;
  return withoutEmpty({
    services: Object.fromEntries(
      services.flatMap((service) =>
        renderedNames(service).map((name, replica) => [name, renderService(context, service, replica)]),
      ),
    ),
    networks: { ...ownNetworks(context), ...externalNetworks(context, services) },
    volumes: Object.fromEntries(volumes.map((volume) => [volume, volumeOf(context, volume)])),
    secrets: Object.fromEntries(sources("secrets").map(entry(secretPath))),
    configs: Object.fromEntries(sources("configs").map(entry(configPath))),
  });
}

function ownNetworks(context: RenderContext): Plain {
  return Object.fromEntries(
    networksOf(context).map((name, index) => {
      const { driver, driver_opts, internal, attachable, labels } = context.project.document.networks[name] ?? {};
      const prefix = networkVariable(context.placement, index);
      return [
        name,
        withoutEmpty({
          // Docker gives a container's default route to the network whose name is first: `-base-` is before both slots.
          name: `${context.app}-${context.environment}-${slotOf(context.placement)}-${name}`,
          ...mapStrings({ driver, driver_opts, internal, attachable }, escapeDollars),
          // Docker numbers from the upper half; the lower one is for fixed addresses.
          ipam: { config: [{ subnet: `${prefix}.0/24`, ip_range: `${prefix}.128/25`, gateway: `${prefix}.1` }] },
          labels: {
            ...mapStrings(labels ?? {}, escapeDollars),
            ...labelsFor(context),
            "wherry.slot": slotOf(context.placement),
          },
        }),
      ];
    }),
  );
}

function externalNetworks(context: RenderContext, services: readonly ServiceModel[]): Plain {
  const { document } = context.project;
  const used = unique(services.flatMap((service) => Object.keys(document.services[service.name]?.networks ?? {})));
  return Object.fromEntries(
    used
      .filter((name) => document.networks[name]?.external === true)
      .map((name) => [name, { external: true, name: escapeDollars(document.networks[name]?.name ?? name) }]),
  );
}

function volumeOf(context: RenderContext, volume: string): Plain {
  const definition = context.project.document.volumes[volume] ?? {};
  const name = escapeDollars(volumeName(context.project, volume));
  // To a release all volumes are foreign ones: it goes, they stay.
  if (definition.external === true || context.placement === "release") return { name, external: true };
  const { driver, driver_opts, labels } = definition;
  return withoutEmpty({
    name,
    ...mapStrings({ driver, driver_opts }, escapeDollars),
    labels: { ...mapStrings(labels ?? {}, escapeDollars), ...labelsFor(context) },
  });
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted(compareText);
}
