import type { Secret } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { openRest } from "../rest.ts";
import type { Rest } from "../rest.ts";

/** Hetzner's API. What changes something there is the provider's affair, with few exceptions. */
export interface Hetzner extends Rest {
  /** All pages of a list: `list("/servers", "servers", { label_selector: "a==b" })`. */
  list(path: string, key: string, query?: Readonly<Record<string, string>>): Promise<readonly unknown[]>;
}

const address = "https://api.hetzner.cloud/v1";
const perPage = 50;

export const tokenHint = (environment: string): string =>
  `make one that may read and write, in the project's Security, API tokens; then export HCLOUD_TOKEN=..., or keep it: wherry secrets set HCLOUD_TOKEN -e ${environment}`;

/** `HCLOUD_ENDPOINT` is what the provider obeys, too. */
export function openHetzner(ctx: Context, token: Secret, environment: string): Hetzner {
  const rest = openRest(ctx, {
    title: "Hetzner",
    limited: "this project",
    base: ctx.env["HCLOUD_ENDPOINT"] ?? address,
    token,
    tokenHint: tokenHint(environment),
    reason(document) {
      const { error } = (document ?? {}) as { readonly error?: { readonly code?: string; readonly message?: string } };
      return { code: error?.code ?? "", message: error?.message ?? "no reason given" };
    },
  });
  return {
    ...rest,
    async list(path, key, query = {}) {
      const items: unknown[] = [];
      for (let page: number | null = 1; page !== null;) {
        const search = new URLSearchParams({ ...query, page: String(page), per_page: String(perPage) });
        const answer = (await rest.get(`${path}?${search.toString()}`)) as Page;
        items.push(...((answer[key] ?? []) as readonly unknown[]));
        page = answer.meta?.pagination?.next_page ?? null;
      }
      return items;
    },
  };
}

type Page = Readonly<Record<string, unknown>> & {
  readonly meta?: { readonly pagination?: { readonly next_page?: number | null } | null };
};
