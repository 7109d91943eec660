import type { ReplicaAddress } from "./addresses.ts";
import type { AppModel, Placement, ServiceModel } from "./model.ts";
import type { ComposeProject } from "./project.ts";

/** What a part of a rendered project needs to know about the whole of it. */
export interface RenderContext {
  readonly project: ComposeProject;
  readonly model: Pick<AppModel, "services" | "releaseNetworks" | "baseNetworks">;
  readonly placement: Placement;
  readonly app: string;
  readonly environment: string;
  readonly stack: string;
  readonly addresses: ReadonlyMap<string, readonly ReplicaAddress[]>;
  readonly imageOf: (service: string) => string;
  readonly configHashOf: (service: string) => string;
}

export type Plain = Readonly<Record<string, unknown>>;

/** In text of the user `$` stands for itself; compose interpolates what is rendered once more. */
export function escapeDollars(text: string): string {
  return text.replaceAll("$", "$$$$");
}

export function networkVariable(placement: Placement, index: number): string {
  return placement === "base" ? `\${WHERRY_BASE_NET_${index}}` : `\${WHERRY_NET_${index}}`;
}

export function slotOf(placement: Placement): string {
  return placement === "base" ? "base" : "${WHERRY_SLOT}";
}

export function networksOf(context: RenderContext): readonly string[] {
  return context.placement === "base" ? context.model.baseNetworks : context.model.releaseNetworks;
}

/**
 * Names of a service's containers in the rendered project: a routed one has a compose service per replica, for each
 * has its own fixed address.
 */
export function renderedNames(service: Pick<ServiceModel, "name" | "routes" | "replicas">): readonly string[] {
  if (service.routes.length === 0) return [service.name];
  return Array.from({ length: service.replicas }, (_, replica) =>
    replica === 0 ? service.name : `${service.name}-r${replica + 1}`,
  );
}

export function labelsFor(context: RenderContext): Readonly<Record<string, string>> {
  return { "wherry.app": context.app, "wherry.environment": context.environment, "wherry.stack": context.stack };
}

/** Entries that say something; compose writes out nulls and empty mappings for what nobody asked for. */
export function withoutEmpty(value: Plain): Plain {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([, part]) =>
        part !== undefined && part !== null && !(typeof part === "object" && Object.keys(part).length === 0),
    ),
  );
}
