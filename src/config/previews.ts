import { usageError } from "../core/index.ts";
import type { WherryError } from "../core/index.ts";
import { mergeOver } from "./merge.ts";
import type { EnvironmentSection, WherryFile } from "./schema.ts";
import { positionOfKey } from "./yaml-source.ts";
import type { YamlProblem, YamlSource } from "./yaml-source.ts";

/**
 * Previews: an environment `preview-12` for the pull request 12, which nobody writes down. It is derived from the top of
 * wherry.yaml and the section `previews:`, and has nothing of any other environment.
 */

export interface PreviewSettings {
  /** Of the pull request. */
  readonly number: number;
  /** How many previews of the app its server has at once. */
  readonly limit: number;
  /** Its hosts are below it. Lower case. */
  readonly domain: string;
}

type Section = NonNullable<WherryFile["previews"]>;
type Services = NonNullable<Section["services"]>;
type Service = NonNullable<Services[string]>;
type RawRoute = NonNullable<Service["route"]>;
type OneRoute = Exclude<RawRoute, readonly unknown[]>;

/** What files, sources of secrets and GitHub call all previews: they share `compose.preview.yaml` and their secrets. */
export const previewName = "preview";

const defaultLimit = 3;

/** Of the top level a preview takes these: what the app is. Where it runs, who is told, what is copied is production's. */
const taken = ["compose", "profiles", "services", "secrets", "values", "tls", "check"] as const;

/** The longest label of a host name (RFC 1035). */
const longestLabel = 63;

/** The number in `preview-12`; undefined for every other name. A number has one form: no zero in front. */
export function previewNumber(environment: string): number | undefined {
  const [, digits] = /^preview-([1-9]\d{0,8})$/.exec(environment) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** What files and sources of secrets call an environment: its name, and for each preview the one that all of them share. */
export function sharedName(settings: { readonly environment: string; readonly preview?: object | undefined }): string {
  return settings.preview === undefined ? settings.environment : previewName;
}

/** A preview with its defaults filled in. */
export function previewSettings({ domain, limit }: Section, number: number): PreviewSettings {
  return { number, limit: limit ?? defaultLimit, domain: domain.toLowerCase() };
}

/** The first host of a preview. `number` may be the words of a host of pipelines for it. */
export function previewHost(number: string | number, domain: string): string {
  return `${previewLabel(number)}.${domain}`;
}

function previewLabel(number: string | number): string {
  return `pr-${number}`;
}

/** The section of a preview, as somebody would have written it for this one alone. */
export function previewSection(file: WherryFile, previews: Section, number: number): EnvironmentSection {
  const top: Record<string, unknown> = {};
  for (const key of taken) if (file[key] !== undefined) top[key] = file[key];
  // By host, and no preview has one of these.
  if (typeof file.tls === "object")
    top["tls"] = Object.fromEntries(Object.entries(file.tls).filter(([key]) => key !== "certificates"));
  const { domain, limit: _limit, ...own } = previews;
  const merged = mergeOver(top, own) as EnvironmentSection;
  const services = merged.services ?? {};
  const hosts = previewHosts(hostsOf(services), { domain, number });
  return {
    ...merged,
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, service === null ? null : moved(service, hosts)]),
    ),
    // For addresses that an app has to know of itself: written below, so that a value of this name wins.
    values: { PREVIEW_NUMBER: String(number), ...merged.values },
    // Nobody goes back from a preview: the next push is the repair.
    keep: 1,
  };
}

/**
 * The host of each host of the app in one preview. The first one is `pr-12.<domain>`; each other one has its own first
 * label in front, `api-pr-12.<domain>`, or more of it where two begin alike. Two hosts never become one, and no host of
 * one number is that of another number.
 * @param hosts as routes name them; the same ones in the same order always get the same answer
 */
export function previewHosts(
  hosts: readonly string[],
  { domain, number }: { readonly domain: string; readonly number: number },
): ReadonlyMap<string, string> {
  const end = previewLabel(number);
  const labels = new Map<string, string>();
  for (const host of new Set(hosts.map((one) => one.toLowerCase())))
    labels.set(host, labels.size === 0 ? end : freeLabel(host, end, new Set(labels.values())));
  return new Map([...labels].map(([host, label]) => [host, `${label}.${domain.toLowerCase()}`]));
}

function freeLabel(host: string, end: string, others: ReadonlySet<string>): string {
  const words = [host.split(".")[0] ?? "", host];
  for (let count = 1; ; count += 1) {
    for (const word of words) {
      const label = labelOf(word, count === 1 ? end : `${count}-${end}`);
      if (!others.has(label)) return label;
    }
  }
}

/** One label, cut in front of its end. No two dashes stand together: `xn--` in front has a meaning of its own. */
function labelOf(word: string, end: string): string {
  const plain = word.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  const cut = plain.slice(0, longestLabel - 1 - end.length).replace(/-$/, "");
  return `${cut === "" ? "host" : cut}-${end}`;
}

/** Hosts of all routes, in the order of the file. */
function hostsOf(services: Services): readonly string[] {
  return Object.values(services).flatMap((service) => routesOf(service?.route).map(hostOf));
}

function routesOf(route: RawRoute | undefined): readonly OneRoute[] {
  if (route === undefined) return [];
  return Array.isArray(route) ? route : [route];
}

function hostOf(route: OneRoute): string {
  return typeof route === "string" ? route : route.host;
}

function moved(service: Service, hosts: ReadonlyMap<string, string>): Service {
  const { route, proxy } = service;
  const there = (host: string): string => hosts.get(host.toLowerCase()) ?? host;
  const move = (one: OneRoute): OneRoute => (typeof one === "string" ? there(one) : { ...one, host: there(one.host) });
  return {
    ...service,
    ...(route === undefined ? {} : { route: routesOf(route).map(move) }),
    // A redirect of a whole host leads to where production is.
    ...(proxy?.redirects === undefined
      ? {}
      : { proxy: { ...proxy, redirects: proxy.redirects.filter(({ from }) => from.startsWith("/")) } }),
  };
}

/** What only shows once the whole file is seen. */
export function previewProblems(file: WherryFile, source: YamlSource): readonly YamlProblem[] {
  const { previews } = file;
  if (previews === undefined) return [];
  const problem = (path: readonly string[], message: string): YamlProblem => ({
    at: positionOfKey(source, path),
    message: `${path.join(".")}: ${message}`,
  });
  const claimed = Object.keys(file.environments)
    .filter((name) => name === previewName || previewNumber(name) !== undefined)
    .map((name) => problem(["environments", name], "this name belongs to previews: give it another one"));
  if (Object.keys(file.stacks ?? {}).length > 0)
    return [...claimed, problem(["previews"], "an app with several stacks has no previews")];
  const services = mergeOver(file.services ?? {}, previews.services) as Services;
  if (hostsOf(services).length > 0) return claimed;
  return [
    ...claimed,
    problem(
      ["previews"],
      "no service has a route at the top, so nothing could be seen: write it there, or below previews.services",
    ),
  ];
}

/** An environment that is asked for and not written down; undefined where its name has nothing of a preview. */
export function previewTrouble(wanted: string, { previews }: WherryFile, source: YamlSource): WherryError | undefined {
  if (previews === undefined && previewNumber(wanted) !== undefined)
    return usageError("no-previews", `there is no environment ${wanted}, and ${source.file} has no previews`, {
      hint: "add previews: with domain and server; see wherry config --schema",
    });
  if (previews === undefined || !/^preview(-|$)/.test(wanted)) return undefined;
  return usageError("no-preview", `${JSON.stringify(wanted)} is no preview`, {
    at: positionOfKey(source, ["previews"]),
    hint: "previews are called by the number of their pull request: -e preview-12",
  });
}
