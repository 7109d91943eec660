import type { EnvironmentSettings } from "../config/index.ts";
import { compareText } from "./addresses.ts";
import type { ServiceModel, VolumeModel } from "./model.ts";
import type { ComposeProject } from "./project.ts";

/** Name of a compose volume on the engine: the user's own, else `<app>-<environment>_<volume>`. */
export function volumeName(project: ComposeProject, volume: string): string {
  return project.document.volumes[volume]?.name ?? `${project.name}_${volume}`;
}

function volumesUsedBy(project: ComposeProject, service: string): readonly string[] {
  const mounts = project.document.services[service]?.volumes ?? [];
  return mounts.flatMap((mount) => (mount.type === "volume" && mount.source !== undefined ? mount.source : []));
}

/** Volumes that releases mount and no base service makes: read-only ones, shared ones, those of jobs. */
export function releaseVolumesOf(
  project: ComposeProject,
  services: readonly ServiceModel[],
  settings: EnvironmentSettings,
): readonly VolumeModel[] {
  const used = (placement: "release" | "base"): ReadonlySet<string> =>
    new Set(
      services
        .filter((service) => service.placement === placement)
        .flatMap((service) => volumesUsedBy(project, service.name)),
    );
  const base = used("base");
  return [...used("release")]
    .filter((volume) => !base.has(volume) && project.document.volumes[volume]?.external !== true)
    .toSorted(compareText)
    .map((volume) => {
      const definition = project.document.volumes[volume];
      return {
        name: volumeName(project, volume),
        driver: definition?.driver,
        driverOptions: definition?.driver_opts ?? {},
        labels: { ...definition?.labels, "wherry.app": settings.app, "wherry.environment": settings.environment },
      };
    });
}
