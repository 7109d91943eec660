import { refusedError } from "../../core/index.ts";
import type { Secret, WherryError } from "../../core/index.ts";
import type { Context, HttpsAnswer } from "../../system/index.ts";

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
/** Requests that meet the limit are tried again so often, after so long: the limit fills up by one request a second. */
const tries = 4;
const pause = 2000;

/** `HCLOUD_ENDPOINT` is what the provider obeys, too. */
export function openHetzner(ctx: Context, token: Secret): Hetzner {
  const base = ctx.env["HCLOUD_ENDPOINT"] ?? address;
  const headers = { authorization: `Bearer ${token.reveal()}`, "user-agent": "wherry" };

  async function get(path: string): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ctx.https.get(`${base}${path}`, { headers });
      if (answer.status === 200) return JSON.parse(answer.body);
      if (attempt === tries || !isPassing(answer)) throw apiError(path, answer);
      await ctx.clock.sleep(pause * attempt);
    }
  }

  return {
    get,
    async unprotectVolume(id) {
      const path = `/volumes/${id}/actions/change_protection`;
      const answer = await ctx.https.post(`${base}${path}`, { delete: false }, { headers });
      if (answer.status !== 201) throw apiError(path, answer);
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

function isPassing(answer: HttpsAnswer): boolean {
  return answer.status === undefined || [429, 502, 503, 504].includes(answer.status);
}

function apiError(path: string, answer: HttpsAnswer): WherryError {
  if (answer.status === undefined)
    return refusedError("provider-unreachable", `Hetzner's API cannot be reached: ${answer.reason}`);
  const { code, message } = errorOf(answer.body);
  if (answer.status === 401 || code === "unauthorized")
    return refusedError("token-refused", "Hetzner does not accept the token", { hint: tokenHint });
  if (answer.status === 429)
    return refusedError("rate-limited", "Hetzner's limit of requests for this project is reached", {
      hint: "wait some minutes, and run the same command again",
    });
  return refusedError("provider-error", `Hetzner answers ${path} with ${answer.status}: ${message}`);
}

export const tokenHint =
  "make one that may read and write, in the project's Security, API tokens, and keep it: wherry secrets set HCLOUD_TOKEN";

function errorOf(body: string): { readonly code: string; readonly message: string } {
  try {
    const { error } = JSON.parse(body) as { readonly error?: { readonly code?: string; readonly message?: string } };
    return { code: error?.code ?? "", message: error?.message ?? "no reason given" };
  } catch {
    return { code: "", message: "no reason given" };
  }
}
