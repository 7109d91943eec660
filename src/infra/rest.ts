import { refusedError } from "../core/index.ts";
import type { Secret, WherryError } from "../core/index.ts";
import type { Context, HttpsAnswer } from "../system/index.ts";

/** A provider's API as JSON over HTTPS, with a token of its own. */
export interface Rest {
  readonly get: (path: string) => Promise<unknown>;
  /** Changes something, and gives what is answered; undefined: nothing. */
  readonly send: (method: "POST" | "PUT" | "DELETE", path: string, body?: unknown) => Promise<unknown>;
}

export interface RestOptions {
  /** `Hetzner`, and whose limit of requests it is: `this project`. */
  readonly title: string;
  readonly limited: string;
  readonly base: string;
  readonly token: Secret;
  readonly tokenHint: string;
  /** What an answer that is none says: its reason, and the provider's word for it. */
  readonly reason: (document: unknown) => { readonly code: string; readonly message: string };
}

/** Requests that meet the limit are tried again so often, after so long: limits fill up by some requests a second. */
const tries = 4;
const pause = 2000;

export function openRest(ctx: Context, options: RestOptions): Rest {
  const headers = { authorization: `Bearer ${options.token.reveal()}`, "user-agent": "wherry" };
  return {
    async get(path) {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await ctx.https.get(`${options.base}${path}`, { headers });
        if (answer.status === 200) return JSON.parse(answer.body);
        if (attempt === tries || !isPassing(answer)) throw restError(options, path, answer);
        await ctx.clock.sleep(pause * attempt);
      }
    },
    async send(method, path, body) {
      const content =
        body === undefined
          ? { headers }
          : { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
      for (let attempt = 1; ; attempt += 1) {
        const answer = await ctx.https.send(method, `${options.base}${path}`, content);
        if (answer.status !== undefined && answer.status >= 200 && answer.status < 300) return parsed(answer.body);
        // What met the limit was not carried out; of everything else nobody knows.
        if (attempt === tries || answer.status !== 429) throw restError(options, path, answer);
        await ctx.clock.sleep(pause * attempt);
      }
    },
  };
}

function isPassing(answer: HttpsAnswer): boolean {
  return answer.status === undefined || [429, 502, 503, 504].includes(answer.status);
}

function restError({ title, limited, tokenHint, reason }: RestOptions, path: string, answer: HttpsAnswer): WherryError {
  if (answer.status === undefined)
    return refusedError("provider-unreachable", `${title}'s API cannot be reached: ${answer.reason}`);
  const { code, message } = reason(parsed(answer.body));
  if (answer.status === 401 || code === "unauthorized")
    return refusedError("token-refused", `${title} does not accept the token`, { hint: tokenHint });
  if (answer.status === 429)
    return refusedError("rate-limited", `${title}'s limit of requests for ${limited} is reached`, {
      hint: "wait some minutes, and run the same command again",
    });
  return refusedError("provider-error", `${title} answers ${path} with ${answer.status}: ${message}`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
