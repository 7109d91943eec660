import type { EnvironmentSettings } from "../config/index.ts";
import { nearest, parseDuration } from "../core/index.ts";
import { compareText } from "./addresses.ts";
import { checkKeys } from "./check-keys.ts";
import { checkServices } from "./check-services.ts";
import { checkSecrets, secretsOf } from "./check-secrets.ts";
import { classify } from "./classify.ts";
import type { Classification } from "./classify.ts";
import { definitionOf } from "./definition.ts";
import type { AppModel, Notice, ServiceModel } from "./model.ts";
import { aliasesOf, ownNetworksOf, portOf, replicasOf, settingsFor } from "./parts.ts";
import type { ComposeProject, ResolvedService } from "./project.ts";
import { releaseVolumesOf } from "./volumes.ts";

/** What each service is to a deployment, and everything worth saying about the files. Pure. */
export function understand(project: ComposeProject, settings: EnvironmentSettings): AppModel {
  const { services: kinds, notices } = classify(project, settings);
  const names = Object.keys(project.document.services).toSorted(compareText);
  const drafts = names.flatMap((name) => {
    const service = project.document.services[name];
    const kind = kinds.get(name);
    return service === undefined || kind === undefined ? [] : [modelOf(project, settings, name, service, kind)];
  });
  const networks = (placement: "release" | "base"): readonly string[] =>
    [
      ...new Set(
        drafts
          .filter((service) => service.placement === placement)
          .flatMap((service) => service.networks.map((network) => network.name)),
      ),
    ].toSorted(compareText);
  const whole = { services: drafts, releaseNetworks: networks("release"), baseNetworks: networks("base") };
  const services = drafts.map((service) => ({
    ...service,
    needs: needsOf(project, drafts, service),
    definition: definitionOf(project, whole, service),
  }));
  return {
    ...whole,
    services,
    jobs: jobOrder(project, services),
    secrets: [...settings.secrets, ...project.composeSecrets],
    fileSecrets: new Map([...project.fileSecrets].map(([name, content]) => [`file:${name}`, content])),
    releaseVolumes: releaseVolumesOf(project, services, settings),
    files: project.files,
    notices: [
      ...unknownServices(project, settings),
      ...notices,
      ...checkKeys(project),
      ...checkServices(project, settings, services),
      ...checkSecrets(project),
    ],
    resolved: project,
  };
}

function modelOf(
  project: ComposeProject,
  settings: EnvironmentSettings,
  name: string,
  service: ResolvedService,
  { kind, placement, reason }: Classification,
): ServiceModel {
  const written = settingsFor(settings, name);
  const routes = kind === "job" ? [] : (written?.routes ?? []);
  const networks = ownNetworksOf(project, service, routes.length > 0).map((network) => ({
    name: network,
    aliases: aliasesOf(project, name, service, network),
  }));
  const open = networks.find((network) => project.document.networks[network.name]?.internal !== true);
  return {
    name,
    kind,
    placement,
    reason,
    image: service.image,
    built: service.build !== undefined,
    routes,
    port: routes.length > 0 ? (written?.port ?? portOf(service)) : undefined,
    replicas: replicasOf(service),
    http: routes.length > 0 ? written?.health : undefined,
    composeHealth:
      service.healthcheck !== undefined &&
      service.healthcheck.disable !== true &&
      service.healthcheck.test?.[0] !== "NONE",
    release: written?.release,
    drain: written?.drain ?? 0,
    // Docker's own default.
    stopGrace: parseDuration(service.stop_grace_period ?? "10s") ?? 10,
    singleton: written?.singleton ?? false,
    networks,
    proxyNetwork: routes.length > 0 ? (open ?? networks[0])?.name : undefined,
    needs: [],
    definition: "",
    secrets: secretsOf(project, service),
    at: project.positionOf(["services", name]),
  };
}

function needsOf(project: ComposeProject, all: readonly ServiceModel[], service: ServiceModel): ServiceModel["needs"] {
  const dependencies = Object.entries(project.document.services[service.name]?.depends_on ?? {});
  return dependencies.flatMap(([name, { condition }]) => {
    const other = all.find((one) => one.name === name);
    if (other === undefined || other.placement !== service.placement || other.kind === "job") return [];
    return [{ service: name, healthy: condition === "service_healthy" }];
  });
}

function unknownServices(project: ComposeProject, settings: EnvironmentSettings): readonly Notice[] {
  const known = Object.keys(project.document.services);
  return Object.entries(settings.services).flatMap(([name, { at }]): Notice[] => {
    if (known.includes(name)) return [];
    const near = nearest(name, known);
    const hint =
      near === undefined
        ? `its services are ${known.join(", ")}; one behind a profile needs profiles: in wherry.yaml`
        : `did you mean ${near}?`;
    return [
      {
        severity: "error",
        code: "unknown-service",
        message: `services.${name}: the compose files have no service of this name`,
        hint,
        at,
      },
    ];
  });
}

/** Each job after those it waits for, else by name. */
function jobOrder(project: ComposeProject, services: readonly ServiceModel[]): readonly string[] {
  const jobs = services
    .filter((service) => service.kind === "job" && service.placement === "release")
    .map((service) => service.name);
  const ordered = new Set<string>();
  const visiting = new Set<string>();
  const visit = (name: string): void => {
    if (visiting.has(name)) return;
    visiting.add(name);
    for (const before of Object.keys(project.document.services[name]?.depends_on ?? {}).toSorted(compareText))
      if (jobs.includes(before)) visit(before);
    ordered.add(name);
  };
  for (const job of jobs) visit(job);
  return [...ordered];
}
