import type { EnvironmentSettings } from "../config/index.ts";
import { isDataImage } from "./data-images.ts";
import type { Notice, Placement, ServiceKind } from "./model.ts";
import { settingsFor } from "./parts.ts";
import type { ComposeProject, ResolvedMount, ResolvedService } from "./project.ts";

export interface Classification {
  readonly kind: ServiceKind;
  readonly placement: Placement;
  readonly reason: string;
}

/** Kind and place of every service, and what is to be said about it. */
export function classify(
  project: ComposeProject,
  settings: EnvironmentSettings,
): { readonly services: ReadonlyMap<string, Classification>; readonly notices: readonly Notice[] } {
  const { services } = project.document;
  const waitedFor = jobsOf(services);
  const found = new Map<string, Classification>();
  const notices: Notice[] = [];
  for (const [name, service] of Object.entries(services)) {
    if (waitedFor.has(name)) continue;
    const { notices: said, ...classification } = classifyService(project, settings, name, service);
    found.set(name, classification);
    notices.push(...said);
  }
  for (const name of waitedFor.keys()) notices.push(...addJob(name, waitedFor, found, settings));
  return { services: found, notices };
}

/** Job -> the services that wait for its end. */
function jobsOf(services: ComposeProject["document"]["services"]): ReadonlyMap<string, readonly string[]> {
  const jobs = new Map<string, string[]>();
  for (const [name, service] of Object.entries(services)) {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      if (condition === "service_completed_successfully" && Object.hasOwn(services, other))
        jobs.set(other, [...(jobs.get(other) ?? []), name]);
    }
  }
  return jobs;
}

function addJob(
  name: string,
  waitedFor: ReadonlyMap<string, readonly string[]>,
  found: Map<string, Classification>,
  settings: EnvironmentSettings,
): readonly Notice[] {
  if (found.has(name)) return [];
  // Set first: jobs that wait for each other are compose's to refuse, and must not hang us.
  const dependents = waitedFor.get(name) ?? [];
  const reason = `${dependents.join(" and ")} wait${dependents.length === 1 ? "s" : ""} for its end`;
  found.set(name, { kind: "job", placement: "release", reason });
  const notices = dependents.flatMap((dependent) =>
    waitedFor.has(dependent) ? addJob(dependent, waitedFor, found, settings) : [],
  );
  const placement = dependents.every((dependent) => found.get(dependent)?.placement === "base") ? "base" : "release";
  found.set(name, { kind: "job", placement, reason });
  const written = settingsFor(settings, name);
  if (
    written === undefined ||
    (written.routes.length === 0 && written.stateful === undefined && written.release === undefined)
  )
    return notices;
  return [
    ...notices,
    {
      severity: "error",
      code: "job-with-settings",
      message: `${name} is a job (${reason}): it takes no route, release or stateful`,
      at: written.at,
    },
  ];
}

function classifyService(
  project: ComposeProject,
  settings: EnvironmentSettings,
  name: string,
  service: ResolvedService,
): Classification & { readonly notices: readonly Notice[] } {
  const written = settingsFor(settings, name);
  const routed = (written?.routes.length ?? 0) > 0;
  const data = written?.stateful === true ? "stateful: true in wherry.yaml" : dataReason(project, service);
  const base = { placement: "base", notices: [] } as const;
  const at = written?.at ?? project.positionOf(["services", name]);
  const place = at === undefined ? {} : { at };
  const traffic = `gets the traffic of ${written?.routes.map((route) => route.host + (route.path === "/" ? "" : route.path)).join(", ")}`;

  if (data !== undefined && written?.stateful === false) {
    const message = `${name} ${data}, and stateful: false says that two releases may do so at the same time`;
    const reason = routed ? traffic : "stateful: false in wherry.yaml";
    return {
      kind: routed ? "routed" : "worker",
      placement: "release",
      reason,
      notices: [{ severity: "warning", code: "data-shared", message, ...place }],
    };
  }
  if (data !== undefined && routed) {
    const message = `${name} gets traffic and ${data}: it is changed in place, and requests wait until the new one answers`;
    const hint = "if two versions of it may use the data at the same time, write stateful: false";
    return {
      kind: "routed",
      placement: "base",
      reason: `${traffic} and ${data}`,
      notices: [{ severity: "warning", code: "routed-and-stateful", message, hint, ...place }],
    };
  }
  if (data !== undefined) return { kind: "stateful", reason: data, ...base };
  if (routed) return { kind: "routed", placement: "release", reason: traffic, notices: [] };
  const port = (service.ports ?? []).find((one) => one.published !== undefined && one.published !== "");
  if (port !== undefined)
    return { kind: "worker", reason: `publishes port ${port.published}, which two releases cannot both have`, ...base };
  return { kind: "worker", placement: "release", reason: "gets no traffic and keeps no data", notices: [] };
}

/** Why a service is one that keeps data, as a clause; undefined where it keeps none. */
function dataReason(project: ComposeProject, service: ResolvedService): string | undefined {
  const mounts = service.volumes ?? [];
  for (const mount of mounts) {
    const reason = mountReason(project, mount);
    if (reason !== undefined) return reason;
  }
  if (service.image !== undefined && isDataImage(service.image))
    return `runs the image ${service.image}, which keeps data`;
  return undefined;
}

function mountReason(project: ComposeProject, mount: ResolvedMount): string | undefined {
  if (mount.read_only === true || mount.source === undefined) return undefined;
  if (mount.type === "volume")
    return isTemporary(project, mount.source) ? undefined : `keeps data in the volume ${mount.source}`;
  if (mount.type !== "bind") return undefined;
  const bind = project.binds.get(mount.source);
  if (bind?.kind === "data") return `keeps data in the folder ${bind.path}`;
  if (bind?.kind === "server" && !isSystemPath(mount.source)) return `keeps data in ${mount.source} on the server`;
  return undefined;
}

function isTemporary(project: ComposeProject, volume: string): boolean {
  return project.document.volumes[volume]?.driver_opts?.["type"] === "tmpfs";
}

/** Paths through which containers talk to the system; nothing of the app is kept there. */
export function isSystemPath(path: string): boolean {
  return (
    /^\/(dev|proc|sys|run|var\/run|tmp)(\/|$)|^\/etc\/(localtime|timezone|hosts|resolv\.conf|ssl|ca-certificates|passwd|group)(\/|$)|^\/lib\/modules(\/|$)|^\/$/.test(
      path,
    ) || path.endsWith(".sock")
  );
}
