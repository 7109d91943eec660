import type { Context } from "../system/index.ts";

/** GitHub could not be reached, or the connection was cut. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** `fetch` for Octokit, which opens no connection by itself: every request goes through the context. */
export function fetchThrough(ctx: Context): typeof fetch {
  return async (input, init = {}) => {
    const method = init.method ?? "GET";
    const headers = Object.fromEntries(new Headers(init.headers));
    const body = typeof init.body === "string" ? { body: init.body } : {};
    let url = addressOf(input);
    // A repository that was renamed answers with its new address: two moves, and never to another host with the token.
    for (let moves = 0; ; moves += 1) {
      const answer = await ctx.https.send(method, url, { headers, ...body, timeout: 30_000 });
      if (answer.status === undefined) throw new Unreachable(answer.reason);
      const location = answer.headers["location"];
      if (method === "GET" && [301, 302, 307, 308].includes(answer.status) && location !== undefined && moves < 2) {
        const next = new URL(location, url);
        if (next.origin === new URL(url).origin) {
          url = next.href;
          continue;
        }
      }
      const empty = [204, 205, 304].includes(answer.status);
      return new Response(empty ? null : answer.body, { status: answer.status, headers: answer.headers });
    }
  };
}

function addressOf(input: Parameters<typeof fetch>[0]): string {
  if (typeof input === "string") return input;
  return input instanceof URL ? input.href : input.url;
}
