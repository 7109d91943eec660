import type { EnvironmentSettings } from "../config/index.ts";
import { maximumRoutedReplicas } from "./addresses.ts";
import { checkFiles, checkMounts } from "./check-mounts.ts";
import { checkNetworks } from "./check-networks.ts";
import { isDataImage } from "./data-images.ts";
import type { Notice, ServiceModel } from "./model.ts";
import { notice } from "./notice.ts";
import { isProxyPort, publishedPorts, settingsFor } from "./parts.ts";
import type { ComposeProject, ResolvedPort, ResolvedService } from "./project.ts";
import { renderedNames } from "./render-context.ts";

/** One service with everything that a check may want to look at. */
export interface Checked {
  readonly project: ComposeProject;
  readonly settings: EnvironmentSettings;
  readonly services: readonly ServiceModel[];
  readonly service: ServiceModel;
  readonly resolved: ResolvedService;
}

type Check = (checked: Checked) => readonly Notice[];

const checks: readonly Check[] = [
  checkTraffic,
  checkReplicas,
  checkPublishedPorts,
  checkContainerName,
  checkSharedSpaces,
  checkDependencies,
  checkRestart,
  checkDeployMode,
  checkUnsetVariables,
  checkDataImage,
  checkLabels,
  checkMounts,
  checkFiles,
];

/** What can be deployed only in another way than compose would run it, or not at all. */
export function checkServices(
  project: ComposeProject,
  settings: EnvironmentSettings,
  services: readonly ServiceModel[],
): readonly Notice[] {
  const each = services.flatMap((service) => {
    const checked = { project, settings, services, service, resolved: project.document.services[service.name] ?? {} };
    return checks.flatMap((check) => check(checked));
  });
  return [...each, ...checkWhole(project, services), ...checkNetworks(project, services)];
}

function checkTraffic({ project, settings, service, resolved }: Checked): readonly Notice[] {
  const written = settingsFor(settings, service.name);
  const { name } = service;
  if (service.routes.length === 0) {
    const useless = (["health", "port"] as const).filter((key) => written?.[key] !== undefined);
    const hint = "give it a route, or take it out; a health check without traffic is healthcheck: in the compose file";
    return useless.map((key) =>
      notice("error", "setting-without-route", `services.${name}.${key}: ${name} gets no traffic`, written?.at, hint),
    );
  }
  const notices: Notice[] = [];
  if (service.port === undefined) {
    notices.push(
      notice(
        "error",
        "port-unknown",
        `services.${name}: which port of its container gets the traffic?`,
        written?.at,
        "write port: NUMBER in wherry.yaml",
      ),
    );
  }
  if (resolved.network_mode !== undefined) {
    const message = `services.${name}.network_mode: a routed service has networks of its own, where the proxy reaches it`;
    notices.push(
      notice("error", "routed-network-mode", message, project.positionOf(["services", name, "network_mode"])),
    );
  } else if (service.proxyNetwork === undefined) {
    notices.push(
      notice(
        "error",
        "no-own-network",
        `services.${name}: it has only external networks, and no default network of the app to be reached on`,
        service.at,
      ),
    );
  } else if (!Object.hasOwn(resolved.networks ?? {}, service.proxyNetwork)) {
    notices.push(
      notice(
        "note",
        "default-network",
        `${name} is also on the network default, where the proxy reaches it`,
        service.at,
      ),
    );
  }
  if (service.http === undefined && !service.composeHealth) {
    const message = `${name} has no health check: a new version gets traffic once it stays running and its port answers`;
    notices.push(notice("note", "no-health", message, written?.at, "write health: /path in wherry.yaml"));
  }
  return notices;
}

function checkReplicas({ services, service }: Checked): readonly Notice[] {
  const { name, replicas, placement } = service;
  const error = (code: string, message: string): readonly Notice[] => [
    notice("error", code, `services.${name}: ${message}`, service.at),
  ];
  if (placement === "base" && replicas !== 1)
    return error(
      "base-replicas",
      `${replicas} replicas of a service that is changed in place (${service.reason}); it can have one`,
    );
  if (service.singleton && replicas > 1)
    return error("singleton-replicas", `singleton: true, and ${replicas} replicas`);
  if (service.routes.length > 0 && replicas < 1) return error("no-replicas", "gets traffic, and has 0 replicas");
  const others = new Set(services.filter((other) => other !== service).flatMap(renderedNames));
  const taken = renderedNames(service).find((rendered) => others.has(rendered));
  return taken === undefined || taken === name
    ? []
    : error("replica-name", `its replicas are named ${name}-r2 and so on, and ${taken} is another service`);
}

function checkPublishedPorts({ project, service, resolved }: Checked): readonly Notice[] {
  const { kept, proxied, lost } = publishedPorts(service, resolved);
  const at = project.positionOf(["services", service.name, "ports"]);
  const numbers = (ports: readonly ResolvedPort[]): string =>
    [...new Set(ports.flatMap((port) => port.published ?? []))].filter((number) => number !== "").join(", ");
  const notices: Notice[] = [];
  if (numbers(proxied) !== "")
    notices.push(
      notice(
        "note",
        "port-dropped",
        `${service.name} does not publish port ${numbers(proxied)}: its traffic comes through the proxy`,
        at,
      ),
    );
  if (numbers(lost) !== "") {
    const message = `${service.name} does not publish port ${numbers(lost)}: two releases cannot both have it, and its route is for port ${service.port}`;
    notices.push(
      notice(
        "warning",
        "port-lost",
        message,
        at,
        "if something else is reached there, put it into a service of its own",
      ),
    );
  }
  const taken = kept.filter(isProxyPort);
  if (numbers(taken) !== "") {
    const message = `services.${service.name}.ports: port ${numbers(taken)} of the server belongs to the proxy`;
    notices.push(
      notice(
        "error",
        "port-of-proxy",
        message,
        at,
        "write route: in wherry.yaml; a proxy of your own can be left out with a profile",
      ),
    );
  }
  const open = kept.filter((port) => !isProxyPort(port) && ["", "0.0.0.0", "::"].includes(port.host_ip ?? ""));
  if (numbers(open) !== "") {
    const message = `${service.name} publishes port ${numbers(open)} on all addresses of the server; Docker opens it past ufw`;
    notices.push(
      notice(
        "warning",
        "port-open",
        message,
        at,
        `for the server itself: "127.0.0.1:${open[0]?.published}:${open[0]?.target}"; other services need no published port`,
      ),
    );
  }
  return notices;
}

function checkContainerName({ project, service, resolved }: Checked): readonly Notice[] {
  if (resolved.container_name === undefined) return [];
  const message = `container_name ${resolved.container_name} is dropped; others still reach ${service.name} under this name`;
  return [notice("note", "container-name", message, project.positionOf(["services", service.name, "container_name"]))];
}

/** `service:NAME` and `container:NAME` tie a container to another one. */
function checkSharedSpaces({ project, services, service, resolved }: Checked): readonly Notice[] {
  return ["network_mode", "ipc", "pid"].flatMap((key): readonly Notice[] => {
    const value = resolved[key];
    if (typeof value !== "string") return [];
    const at = project.positionOf(["services", service.name, key]);
    const [how, target] = value.split(":");
    if (how === "container")
      return [
        notice(
          "error",
          "tied-to-container",
          `services.${service.name}.${key}: ${value} is a container that Wherry does not know; write service:NAME`,
          at,
        ),
      ];
    const other = services.find((one) => one.name === target);
    if (how === "service" && other !== undefined && other.placement !== service.placement) {
      const message = `services.${service.name}.${key}: ${target} (${placementWords(other)}) and ${service.name} (${placementWords(service)}) do not live in the same project`;
      return [notice("error", "tied-across", message, at)];
    }
    if (
      key === "network_mode" &&
      value === "host" &&
      service.placement === "release" &&
      service.kind === "worker" &&
      !service.singleton
    ) {
      const message = `${service.name} uses the server's network: during a deployment two of it want the same ports`;
      return [notice("warning", "host-network", message, at, "singleton: true stops the old one first")];
    }
    return [];
  });
}

function placementWords(service: ServiceModel): string {
  return service.placement === "base" ? "changed in place" : "new with each release";
}

function checkDependencies({ project, services, service, resolved }: Checked): readonly Notice[] {
  if (service.placement === "release") return [];
  return Object.keys(resolved.depends_on ?? {}).flatMap((name): readonly Notice[] => {
    const other = services.find((one) => one.name === name);
    if (other === undefined || other.placement === "base") return [];
    const message = `services.${service.name}.depends_on: ${service.name} is changed in place (${service.reason}) and cannot wait for ${name}, which is new with each release`;
    const at =
      project.positionOf(["services", service.name, "depends_on", name]) ??
      project.positionOf(["services", service.name, "depends_on"]);
    return [notice("error", "base-needs-release", message, at ?? service.at)];
  });
}

function checkRestart({ project, service, resolved }: Checked): readonly Notice[] {
  const { restart } = resolved;
  if (service.kind === "job" || restart === undefined || (restart !== "no" && !restart.startsWith("on-failure")))
    return [];
  const message = `${service.name} has restart: ${restart}, and would not be back after a reboot of the server`;
  const hint =
    "write unless-stopped; if it does one thing and ends, let others depend on it with condition: service_completed_successfully";
  return [notice("warning", "restart", message, project.positionOf(["services", service.name, "restart"]), hint)];
}

function checkDeployMode({ project, service, resolved }: Checked): readonly Notice[] {
  const mode = resolved.deploy?.mode;
  const at = project.positionOf(["services", service.name, "deploy", "mode"]);
  if (mode === "global")
    return [
      notice("note", "deploy-mode", `services.${service.name}.deploy.mode: global means one replica on one server`, at),
    ];
  if (mode === undefined || mode === "" || mode === "replicated") return [];
  const hint = "let others depend on it with condition: service_completed_successfully";
  return [notice("error", "deploy-mode", `services.${service.name}.deploy.mode: ${mode} is for Swarm`, at, hint)];
}

function checkUnsetVariables({ project, service, resolved }: Checked): readonly Notice[] {
  const unset = Object.entries(resolved.environment ?? {}).filter(([, value]) => value === null);
  return unset.map(([name]) => {
    const message = `${service.name} takes ${name} from the surroundings, where it has no value: it will not be set`;
    return notice(
      "warning",
      "unset-in-environment",
      message,
      project.positionOf(["services", service.name, "environment", name]) ?? service.at,
      "give it one under values: or in .env",
    );
  });
}

function checkDataImage({ service, resolved }: Checked): readonly Notice[] {
  if (resolved.image === undefined || !isDataImage(resolved.image) || service.placement !== "base") return [];
  const kept = (resolved.volumes ?? []).some(
    (mount) => mount.source !== undefined && mount.read_only !== true && mount.type !== "tmpfs",
  );
  if (kept) return [];
  const message = `${service.name} (${resolved.image}) has no named volume: what it writes is lost when it is removed`;
  return [notice("warning", "data-without-volume", message, service.at, "name a volume for its data folder")];
}

function checkLabels({ project, service, resolved }: Checked): readonly Notice[] {
  const labels = Object.keys(resolved.labels ?? {});
  const at = project.positionOf(["services", service.name, "labels"]);
  const reserved = labels.filter((label) => label.startsWith("wherry."));
  const notices = reserved.map((label) =>
    notice(
      "error",
      "reserved-label",
      `services.${service.name}.labels.${label}: labels that start with wherry. are Wherry's own`,
      at,
    ),
  );
  if (!labels.some((label) => label.startsWith("traefik.http"))) return notices;
  const message = `${service.name} has labels for Traefik, which do nothing under Wherry`;
  return [
    ...notices,
    notice(
      "note",
      "traefik-labels",
      message,
      at,
      service.routes.length > 0 ? undefined : "write route: in wherry.yaml",
    ),
  ];
}

function checkWhole(project: ComposeProject, services: readonly ServiceModel[]): readonly Notice[] {
  const notices: Notice[] = [];
  const silent = services.filter(({ name, kind }) => {
    const { restart, deploy } = project.document.services[name] ?? {};
    return kind !== "job" && restart === undefined && deploy?.["restart_policy"] === undefined;
  });
  if (silent.length > 0)
    notices.push(
      notice(
        "note",
        "restart-added",
        `restart: unless-stopped for ${silent.map(({ name }) => name).join(", ")}, which say nothing`,
        undefined,
      ),
    );
  if (!services.some((service) => service.routes.length > 0))
    notices.push(
      notice("note", "no-routes", "no service has a route: nothing is reachable through the proxy", undefined),
    );
  for (const placement of ["release", "base"] as const) {
    const routed = services.filter((service) => service.placement === placement && service.routes.length > 0);
    const replicas = routed.reduce((sum, service) => sum + service.replicas, 0);
    if (replicas > maximumRoutedReplicas)
      notices.push(
        notice(
          "error",
          "too-many-replicas",
          `${replicas} replicas of routed services; there are addresses for ${maximumRoutedReplicas}`,
          undefined,
        ),
      );
  }
  return notices;
}
