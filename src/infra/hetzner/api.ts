import type { Secret } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { openRest } from "../rest.ts";

/** Reading from Hetzner's API; what changes something there is the provider's affair, with one exception. */
export interface Hetzner {
  /** All pages of a list: `list("/servers", "servers", { label_selector: "a==b" })`. */
  list(path: string, key: string, query?: Readonly<Record<string, string>>): Promise<readonly unknown[]>;
  get(path: string): Promise<unknown>;
  /** Takes the protection from a volume that is to go: the provider refuses to remove it, and does not take it away itself. */
  unprotectVolume(id: string): Promise<void>;
}

const address = "https://api.hetzner.cloud/v1";
const perPage = 50;

export const tokenHint =
  "make one that may read and write, in the project's Security, API tokens, and keep it: wherry secrets set HCLOUD_TOKEN";

/** `HCLOUD_ENDPOINT` is what the provider obeys, too. */
export function openHetzner(ctx: Context, token: Secret): Hetzner {
  const { get, post } = openRest(ctx, {
    title: "Hetzner",
    limited: "this project",
    base: ctx.env["HCLOUD_ENDPOINT"] ?? address,
    token,
    tokenHint,
    reason(document) {
      const { error } = (document ?? {}) as { readonly error?: { readonly code?: string; readonly message?: string } };
      return { code: error?.code ?? "", message: error?.message ?? "no reason given" };
    },
  });
  return {
    get,
    async unprotectVolume(id) {
      await post(`/volumes/${id}/actions/change_protection`, { delete: false }, 201);
    },
    async list(path, key, query = {}) {
      const items: unknown[] = [];
      for (let page: number | null = 1; page !== null;) {
        const search = new URLSearchParams({ ...query, page: String(page), per_page: String(perPage) });
        const answer = (await get(`${path}?${search.toString()}`)) as Page;
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
