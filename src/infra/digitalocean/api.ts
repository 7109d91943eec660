import type { Secret } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { openRest } from "../rest.ts";
import type { Rest } from "../rest.ts";

/** DigitalOcean's API. What changes something there is its provider's affair, with few exceptions. */
export interface DigitalOcean extends Rest {
  /** All pages of a list: `list("/droplets", "droplets", { tag_name: "a" })`. */
  list(path: string, key: string, query?: Readonly<Record<string, string>>): Promise<readonly unknown[]>;
}

const address = "https://api.digitalocean.com";
const perPage = 200;

export const tokenHint = (environment: string): string =>
  `make one with full access in the control panel, under API; then export DIGITALOCEAN_TOKEN=..., or keep it: wherry secrets set DIGITALOCEAN_TOKEN -e ${environment}`;

/** `DIGITALOCEAN_API_URL` is what the provider obeys, too. */
export function openDigitalOcean(ctx: Context, token: Secret, environment: string): DigitalOcean {
  const rest = openRest(ctx, {
    title: "DigitalOcean",
    limited: "this token",
    base: `${ctx.env["DIGITALOCEAN_API_URL"] ?? address}/v2`,
    token,
    tokenHint: tokenHint(environment),
    reason(document) {
      const { id, message } = (document ?? {}) as { readonly id?: string; readonly message?: string };
      return { code: id ?? "", message: message ?? "no reason given" };
    },
  });
  return {
    ...rest,
    async list(path, key, query = {}) {
      const items: unknown[] = [];
      for (let page = 1; ; page += 1) {
        const search = new URLSearchParams({ ...query, page: String(page), per_page: String(perPage) });
        const answer = (await rest.get(`${path}?${search.toString()}`)) as Page;
        items.push(...((answer[key] ?? []) as readonly unknown[]));
        if (answer.links?.pages?.next === undefined) return items;
      }
    },
  };
}

type Page = Readonly<Record<string, unknown>> & {
  readonly links?: { readonly pages?: { readonly next?: string } | null } | null;
};
