import { join, resolve } from "node:path";
import type { Settings } from "../config/index.ts";
import { invalidError } from "../core/index.ts";
import type { Secret } from "../core/index.ts";
import { hashPassword } from "../proxy/index.ts";
import type { ProxyRules } from "../proxy/index.ts";
import type { Context } from "../system/index.ts";

/** Service -> status -> text of a page for what the proxy answers itself. */
export type ErrorPages = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The statuses that the proxy answers by itself for a service. */
const statuses = ["403", "413", "429", "500", "502", "503", "504"] as const;

/** Bytes; the whole answer has to fit into one buffer of HAProxy's, 16 KB. */
const longestPage = 12_000;

/** Reads the pages of every service, and says which files they are. */
export async function readErrorPages(
  ctx: Context,
  settings: Settings,
): Promise<{ readonly pages: ErrorPages; readonly files: readonly string[] }> {
  const pages = new Map<string, Record<string, string>>();
  const files: string[] = [];
  for (const [service, { proxy, at }] of Object.entries(settings.services)) {
    if (proxy?.errorPages === undefined) continue;
    const refuse = (message: string) =>
      invalidError("error-pages", `services.${service}.proxy.error_pages: ${message}`, { at });
    const folder = resolve(settings.directory, proxy.errorPages);
    const found: Record<string, string> = {};
    for (const status of statuses) {
      const file = join(folder, `${status}.html`);
      const text = await ctx.files.readText(file);
      if (text === undefined) continue;
      if (Buffer.byteLength(text) > longestPage)
        throw refuse(`${status}.html has more than ${longestPage} bytes; put pictures and styles elsewhere`);
      if (/[^\P{Cc}\n\r\t]/u.test(text)) throw refuse(`${status}.html has control characters`);
      found[status] = text;
      files.push(file);
    }
    if (Object.keys(found).length === 0)
      throw refuse(`no page in ${proxy.errorPages}: ${statuses.map((status) => `${status}.html`).join(", ")}`);
    pages.set(service, found);
  }
  return { pages, files };
}

export interface RuleSources {
  readonly settings: Settings;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly pages: ErrorPages;
  /** The key of secret versions in this environment, hexadecimal. */
  readonly salt: string;
}

/** What the proxy is to do with the requests of a service; undefined where nothing is written. Pure. */
export function proxyRulesOf(service: string, { settings, secrets, pages, salt }: RuleSources): ProxyRules | undefined {
  const proxy = settings.services[service]?.proxy;
  if (proxy === undefined) return undefined;
  const { auth, errorPages: _, ...rest } = proxy;
  return {
    ...rest,
    users: Object.entries(auth).map(([name, secret]) => ({
      name,
      password: hashPassword(salt, name, secrets.get(secret)?.reveal() ?? ""),
    })),
    pages: pages.get(service) ?? {},
  };
}
