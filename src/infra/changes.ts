import * as z from "zod";
import type { NamedThing } from "./prices.ts";
import type { Resources } from "./provider.ts";
import type { KnownState } from "./state.ts";

/** What a plan of OpenTofu would do, in words, and what would be lost by it. */

const values = z.record(z.string(), z.unknown()).nullable();

export const PlanDocument = z.looseObject({
  resource_changes: z
    .array(
      z.looseObject({
        address: z.string(),
        mode: z.string(),
        type: z.string(),
        index: z.union([z.string(), z.number()]).optional(),
        change: z.looseObject({
          actions: z.array(z.string()),
          before: values,
          after: values,
          importing: z.unknown().optional(),
        }),
      }),
    )
    .default([]),
});

export type PlanDocument = z.infer<typeof PlanDocument>;

export type Action = "create" | "change" | "replace" | "destroy" | "adopt";

/** One thing that would be made, changed or removed. */
export interface MachineChange {
  readonly action: Action;
  /** As in the files: `hcloud_server.app["shop-production-1"]`. */
  readonly address: string;
  readonly type: string;
  /** `server shop-production-1 (cx23 in nbg1)` */
  readonly what: string;
  /** Names of what changes; empty where it is new or goes, or is taken in as it is. */
  readonly details: readonly string[];
  /** What the user should know of it: a power-off, data that is lost. */
  readonly warning: string | undefined;
  /** Data is gone for good. */
  readonly losesData: boolean;
}

/**
 * Everything that would be done, in the order of the plan. Empty: what is there is what is wanted.
 * @param present what there is now: a plan for a part of it does not tell of the rest
 */
export function changesOf(
  plan: PlanDocument,
  present: KnownState["resources"],
  resources: Resources,
): readonly MachineChange[] {
  const { server, volume } = resources;
  const planned = managed(plan);
  const late = new Set(lateVolumes(plan, resources));
  const volumes = new Map(
    [...present, ...planned.map(({ address, change }) => ({ address, values: change.before ?? {} }))].map(
      ({ address, values: { id } }) => [address, id],
    ),
  );
  const going = new Set(
    planned.filter(({ change }) => change.actions.includes("delete")).map(({ address }) => address),
  );
  // One that is only there proves nothing: it may have come when the data was on the server's own disk already.
  const volumeOf = (index: unknown, values: Values): Circumstances["volumeOf"] => {
    const at = `${volume}.data["${String(index)}"]`;
    const id = volumes.get(at);
    if (id === undefined) return "none";
    if (typeof id !== "string" || !resources.mounts(values, id)) return "unmarked";
    return going.has(at) ? "goes" : "stays";
  };
  return planned.flatMap(({ address, type, index, change }): MachineChange[] => {
    const action = actionOf(change.actions, change.importing !== undefined && change.importing !== null);
    if (action === undefined) return [];
    const before = change.before ?? {};
    const after = change.after ?? {};
    const goes = action === "replace" || action === "destroy";
    const own = volumeOf(index, before);
    // With a volume below Docker's volumes, the server itself can be made anew.
    const losesData = goes && (type === volume || (type === server && (own === "none" || own === "unmarked")));
    return [
      {
        action,
        address,
        type,
        what: nameOf(resources, type, action === "destroy" ? before : { ...before, ...after }, index),
        // What is taken in may be changed at once.
        details: action === "create" || action === "destroy" ? [] : differences(before, after),
        warning: warningOf(resources, type, {
          goes,
          losesData,
          before,
          after,
          action,
          volumeOf: own,
          late: action === "create" && late.has(String(index)),
        }),
        losesData,
      },
    ];
  });
}

/**
 * Servers that are there already, and would get a volume that is not. Only the first boot of a server mounts one: what
 * containers keep would stay on its own disk, and the volume empty.
 */
export function lateVolumes(plan: PlanDocument, { server, volume }: Resources): readonly string[] {
  const planned = managed(plan);
  const isMade = ({ change }: Planned): boolean => change.actions.includes("create");
  const staying = planned.filter((one) => one.type === server && one.change.before !== null && !isMade(one));
  const names = new Set(staying.map(({ index }) => String(index)));
  return planned
    .filter((one) => one.type === volume && isMade(one) && names.has(String(one.index)))
    .map(({ index }) => String(index));
}

type Planned = PlanDocument["resource_changes"][number];

/** Without what is only looked up. */
function managed(plan: PlanDocument): readonly Planned[] {
  return plan.resource_changes.filter(({ mode }) => mode === "managed");
}

function actionOf(actions: readonly string[], importing: boolean): Action | undefined {
  const has = (action: string): boolean => actions.includes(action);
  if (has("create") && has("delete")) return "replace";
  if (has("create")) return "create";
  if (has("delete")) return "destroy";
  if (importing) return "adopt";
  return has("update") ? "change" : undefined;
}

type Values = Readonly<Record<string, unknown>>;

/** Values of a plan are whatever the provider says; what is no word is not printed. */
function word(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "?";
}

/** `server shop-production-1 (cx23 in nbg1)` */
export function nameOf({ kinds }: Resources, type: string, of: Values, index: string | number | undefined): string {
  const name = [of["name"], index, of["ip_range"]].find((one) => one !== undefined && one !== null && one !== "");
  const { word: kind, more } = kinds[type] ?? { word: type };
  const said = more?.replaceAll(/\{(\w+)\}/g, (_whole, key: string) => word(of[key]));
  return `${kind}${name === undefined ? "" : ` ${word(name)}`}${said === undefined ? "" : ` (${said})`}`;
}

/** `server_type: cx23 -> cx33`; values that are no words are named alone. */
function differences(before: Values, after: Values): readonly string[] {
  const said = (value: unknown): string | undefined => {
    const text = word(value);
    return text === "?" || text === "" ? undefined : text;
  };
  return Object.keys(after)
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => {
      const [from, to] = [said(before[key]), said(after[key])];
      return to === undefined || key === "user_data" ? key : `${key}: ${from ?? "none"} -> ${to}`;
    });
}

interface Circumstances {
  readonly goes: boolean;
  readonly losesData: boolean;
  readonly before: Values;
  readonly after: Values;
  readonly action: Action;
  /** That of the server; unmarked: there is one, and nothing says that the server mounts it. */
  readonly volumeOf: "none" | "unmarked" | "stays" | "goes";
  readonly late: boolean;
}

function warningOf(
  { server, volume, address, size }: Resources,
  type: string,
  { goes, losesData, before, after, action, volumeOf, late }: Circumstances,
): string | undefined {
  if (losesData && type === volume) return "all data on it is gone for good";
  if (losesData)
    return `everything on its disk is gone for good, the data of containers included${volumeOf === "unmarked" ? ": it carries no mark that it was made with its volume" : ""}`;
  if (late && type === volume)
    return "its server is there already, and only a first boot mounts a volume: it would stay empty";
  if (goes && type === server)
    return `it is down until a new one is deployed to; its volume ${volumeOf === "goes" ? "goes as well" : "stays"}`;
  if (goes && type === address) return "the address is gone for good: DNS and allow lists have to change";
  if (type === server && (action === "change" || action === "adopt") && before[size] !== after[size])
    return "the power is cut for some minutes: stop databases first. It is a new order, at the price of today";
  return undefined;
}

/** What there is before and after, for the price. Data sources cost nothing. */
export function thingsOf(
  plan: PlanDocument,
  resources: Resources,
): { readonly before: readonly NamedThing[]; readonly after: readonly NamedThing[] } {
  const pick = (side: "before" | "after"): readonly NamedThing[] =>
    managed(plan).flatMap(({ type, index, change }) => {
      const values = change[side];
      return values === null ? [] : [{ type, values, what: nameOf(resources, type, values, index) }];
    });
  // What is adopted is paid for already.
  return { before: pick("before"), after: pick("after") };
}
