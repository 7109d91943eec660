import type { ComposeProject, ResolvedAttachment, ResolvedMount, ResolvedService } from "./project.ts";

/** A key of the compose files that asks for a newer engine than others do. */
interface EngineNeed {
  /** `services.web.healthcheck.start_interval` */
  readonly key: string;
  /** The first version of the Docker engine that takes it. */
  readonly engine: string;
}

/**
 * What docker compose refuses to hand to an older engine: only when it makes the container, and so in the middle of a
 * deployment. The versions are those of its own messages.
 */
export function engineNeeds({ document }: Pick<ComposeProject, "document">): readonly EngineNeed[] {
  return Object.entries(document.services).flatMap(([name, service]) =>
    needsOf(service).map(({ key, engine }) => ({ key: `services.${name}.${key}`, engine })),
  );
}

function needsOf({ healthcheck, volumes = [], networks = {} }: ResolvedService): readonly EngineNeed[] {
  const isImage = ({ type }: ResolvedMount): boolean => type === "image";
  const isNamed = (attachment: ResolvedAttachment | null): boolean => attachment?.interface_name !== undefined;
  return [
    ...(healthcheck?.start_interval === undefined ? [] : [{ key: "healthcheck.start_interval", engine: "25.0" }]),
    ...(volumes.some(isImage) ? [{ key: "volumes: type image", engine: "28.0" }] : []),
    ...(Object.values(networks).some(isNamed) ? [{ key: "networks: interface_name", engine: "28.1" }] : []),
  ];
}
