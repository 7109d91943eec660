import type { z } from "zod";
import type { Context } from "../../system/index.ts";
import type { Provider, Size } from "../schema.ts";

/** One provider's own prices, as its API says them. `read` is pure; `ask` gets what it reads. */
export interface Fetcher {
  /** Variables one of which has to hold a token that may read; none where anybody may ask. */
  readonly tokens: readonly string[];
  /**
   * The packaged prices with what the API says in their place, from a source that is called `api`.
   * @throws Refused where the API does not answer with prices
   */
  fetch(asker: Asker, packaged: Provider, date: string): Promise<Provider>;
}

/** Asks with the token where there is one; gives the document that is answered. */
export type Asker = (url: string, options?: { readonly timeout?: number }) => Promise<unknown>;

/** The API did not answer, or with something else than prices. */
export class Refused extends Error {}

export function asker(ctx: Context, token: string | undefined): Asker {
  const headers = { accept: "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  return async (url, { timeout = 60_000 } = {}) => {
    const answer = await ctx.https.get(url, { headers, timeout });
    const { host } = new URL(url);
    if (answer.status === undefined) throw new Refused(`${host} cannot be reached: ${answer.reason}`);
    if (answer.status === 401 || answer.status === 403) throw new Refused(`${host} does not accept the token`);
    if (answer.status !== 200) throw new Refused(`${host} answers ${answer.status}`);
    try {
      return JSON.parse(answer.body) as unknown;
    } catch {
      throw new Refused(`${host} answers something else than JSON`);
    }
  };
}

/** What an API says, in the shape that is published for it. */
export function shaped<T>(schema: z.ZodType<T>, document: unknown, what: string): T {
  const read = schema.safeParse(document);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Refused(
    `${what} have another shape than is published: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
  );
}

/** A list without a single server is no news: the one there is stays. */
export function someSizes(sizes: readonly Size[], what: string): Size[] {
  if (sizes.length === 0) throw new Refused(`${what} name no server that can be rented`);
  return [...sizes].toSorted((a, b) => a.cpus - b.cpus || a.memory - b.memory || a.name.localeCompare(b.name));
}
