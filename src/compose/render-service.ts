import { secretNamesIn } from "./check-secrets.ts";
import type { ServiceModel } from "./model.ts";
import { publishedPorts } from "./parts.ts";
import type { MountedFile, ResolvedAttachment, ResolvedMount, ResolvedService } from "./project.ts";
import { escapeDollars, labelsFor, networksOf, networkVariable, slotOf, withoutEmpty } from "./render-context.ts";
import type { Plain, RenderContext } from "./render-context.ts";
import { bindPath } from "./render-files.ts";
import { mapStrings } from "./strings.ts";

/** Activates nothing by itself: `up` leaves jobs alone, and `run JOB` starts one. */
const jobProfile = "wherry-job";

/** One compose service of the rendered project, for one replica, without the secrets of its environment. */
export function renderService(context: RenderContext, service: ServiceModel, replica: number): Plain {
  const resolved = context.project.document.services[service.name] ?? {};
  const {
    image: _image,
    build: _build,
    container_name: _container,
    depends_on: _dependencies,
    deploy: _deploy,
    develop: _develop,
    devices: _devices,
    environment: _environment,
    gpus: _gpus,
    labels: _labels,
    links: _links,
    mac_address: _mac,
    networks: _networks,
    ports: _ports,
    profiles: _profiles,
    pull_policy: _pull,
    pull_refresh_after: _refresh,
    restart: _restart,
    scale: _scale,
    volumes: _volumes,
    ...kept
  } = resolved;
  const own: Plain = mapStrings(
    {
      ...kept,
      environment: openEnvironment(context, resolved),
      devices: devicesOf(resolved),
      configs: filesOf(resolved.configs),
      secrets: filesOf(resolved.secrets),
      deploy: deployOf(resolved, service),
      ports: publishedPorts(service, resolved).kept,
    },
    escapeDollars,
  );
  return {
    image: escapeDollars(context.imageOf(service.name)),
    ...withoutEmpty({
      ...own,
      // An empty command or entry point clears the image's own, and is not nothing.
      command: emptyOr(own["command"]),
      entrypoint: emptyOr(own["entrypoint"]),
      depends_on: dependenciesOf(context, service, resolved),
      networks: attachmentsOf(context, service, resolved, replica),
      volumes: (resolved.volumes ?? []).map((mount) => mountOf(context, mount)),
      restart: restartOf(service, resolved),
      scale: service.routes.length === 0 && context.placement === "release" ? resolved.scale : undefined,
      profiles: service.kind === "job" && context.placement === "release" ? [jobProfile] : undefined,
    }),
    ...clearing(resolved),
    labels: { ...mapStrings(resolved.labels ?? {}, escapeDollars), ...labelsOf(context, service) },
  };
}

function emptyOr(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}

/** `command: []` and `entrypoint: []` mean "nothing", where a missing key means "the image's". */
function clearing(resolved: ResolvedService): Plain {
  return Object.fromEntries(
    ["command", "entrypoint"]
      .filter((key) => Array.isArray(resolved[key]) && resolved[key].length === 0)
      .map((key) => [key, []]),
  );
}

function labelsOf(context: RenderContext, service: ServiceModel): Plain {
  const common = { ...labelsFor(context), "wherry.service": service.name, "wherry.slot": slotOf(context.placement) };
  // Without its release: a base service lives through many, and compose would make it anew for a changed label.
  if (context.placement === "base")
    return { ...common, "wherry.config": escapeDollars(context.configHashOf(service.name)) };
  return { ...common, "wherry.release": "${WHERRY_RELEASE}" };
}

/** Values that hold a secret are in the overlay that only the deploy user can read. */
function openEnvironment(context: RenderContext, { environment = {} }: ResolvedService): Plain {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([, value]) => value !== null && secretNamesIn(context.project, value).length === 0,
    ),
  );
}

/** Files that are mounted belong to the deploy user and are readable by all: compose would ignore owner and mode. */
function filesOf(files: readonly MountedFile[] = []): readonly Plain[] {
  return files.map(({ source, target }) => (target === undefined ? { source } : { source, target }));
}

/** The short form: compose before 2.30 does not know the long one. */
function devicesOf({ devices }: ResolvedService): readonly unknown[] {
  if (!Array.isArray(devices)) return [];
  return devices.map((device: unknown) => {
    if (typeof device !== "object" || device === null) return device;
    const { source, target, permissions } = device as Readonly<Record<string, string>>;
    return [source, target, permissions].filter((part) => part !== undefined && part !== "").join(":");
  });
}

/** Graphics cards as the reservation that every version of compose knows. */
function deployOf({ deploy, gpus }: ResolvedService, service: ServiceModel): Plain {
  const resources = (deploy?.["resources"] ?? {}) as Readonly<Record<string, Plain>>;
  const reserved = (resources["reservations"] ?? {}) as { readonly devices?: readonly unknown[] };
  const cards = (Array.isArray(gpus) ? gpus : []).map((card: Plain) => ({
    ...card,
    capabilities: [...new Set(["gpu", ...((card["capabilities"] ?? []) as string[])])],
  }));
  const withCards =
    cards.length === 0
      ? resources
      : { ...resources, reservations: { ...reserved, devices: [...(reserved.devices ?? []), ...cards] } };
  const compose = service.routes.length === 0 && service.placement === "release";
  return withoutEmpty({
    resources: withoutEmpty(withCards),
    restart_policy: deploy?.["restart_policy"],
    replicas: compose ? deploy?.replicas : undefined,
  });
}

function dependenciesOf(context: RenderContext, service: ServiceModel, resolved: ResolvedService): Plain {
  const others = new Map(context.model.services.map((other) => [other.name, other]));
  return Object.fromEntries(
    Object.entries(resolved.depends_on ?? {}).filter(([name]) => {
      const other = others.get(name);
      // Base services and the release's jobs are there before any of its services starts.
      return (
        other !== undefined &&
        other.placement === service.placement &&
        (other.kind !== "job" || context.placement === "base")
      );
    }),
  );
}

function attachmentsOf(
  context: RenderContext,
  service: ServiceModel,
  resolved: ResolvedService,
  replica: number,
): Plain {
  const names = networksOf(context);
  const own = service.networks.map(({ name, aliases }) => {
    const address = name === service.proxyNetwork ? context.addresses.get(service.name)?.[replica] : undefined;
    const fixed =
      address === undefined
        ? {}
        : { ipv4_address: `${networkVariable(context.placement, names.indexOf(name))}.${address.lastOctet}` };
    return [
      name,
      {
        ...attachmentOf(
          resolved.networks?.[name],
          aliases.filter((alias) => alias !== service.name || replica > 0),
        ),
        ...fixed,
      },
    ] as const;
  });
  const external = Object.entries(resolved.networks ?? {})
    .filter(([name]) => context.project.document.networks[name]?.external === true)
    .map(([name, attachment]) => {
      const replicaAlias = replica > 0 ? [service.name] : [];
      const container = resolved.container_name === undefined ? [] : [resolved.container_name];
      return [name, attachmentOf(attachment, [...replicaAlias, ...container, ...(attachment?.aliases ?? [])])] as const;
    });
  return Object.fromEntries([...own, ...external]);
}

/** Addresses of the user would be the same in two releases; everything else of an attachment is kept. */
function attachmentOf(attachment: ResolvedAttachment | null | undefined, aliases: readonly string[]): Plain {
  const { ipv4_address: _v4, ipv6_address: _v6, mac_address: _mac, aliases: _aliases, ...kept } = attachment ?? {};
  return withoutEmpty({ ...mapStrings(kept, escapeDollars), aliases: [...new Set(aliases)].map(escapeDollars) });
}

function mountOf(context: RenderContext, mount: ResolvedMount): Plain {
  const bind =
    mount.type === "bind" && mount.source !== undefined ? context.project.binds.get(mount.source) : undefined;
  const plain = mapStrings(withoutEmpty(mount as unknown as Plain), escapeDollars);
  if (bind === undefined || bind.kind === "server" || bind.kind === "refused") return plain;
  if (bind.kind === "data") return { ...plain, source: `\${WHERRY_DATA}/${escapeDollars(bind.path)}` };
  // Not there must be an error: Docker would make an empty folder in the place of a lost file.
  return {
    ...plain,
    source: escapeDollars(`./${bindPath(bind.path)}`),
    bind: { ...(plain["bind"] as Plain | undefined), create_host_path: false },
  };
}

function restartOf(service: ServiceModel, resolved: ResolvedService): string | undefined {
  if (service.kind === "job") return "no";
  if (resolved.restart !== undefined && resolved.restart !== "") return resolved.restart;
  return resolved.deploy?.["restart_policy"] === undefined ? "unless-stopped" : undefined;
}
