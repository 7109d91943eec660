import type { Context } from "../system/index.ts";
import type { GitHubPlace } from "./place.ts";
import { tokenFor } from "./token.ts";

/** What GitHub said to one question. `status` is undefined where it could not be reached. */
export type GitHubAnswer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly status: number | undefined; readonly reason: string };

/** A way to ask about one repository. */
export interface GitHub {
  readonly place: GitHubPlace;
  /** @param path below `/repos/{owner}/{name}`, such as `/rules/branches/main`; empty for the repository itself */
  ask(path: string): Promise<GitHubAnswer>;
}

/**
 * Asks with the token of GITHUB_TOKEN, GH_TOKEN or the program `gh`. Undefined without one: anonymous questions are counted
 * by address, 60 an hour, and answer nothing about private repositories.
 */
export async function openGitHub(ctx: Context, place: GitHubPlace): Promise<GitHub | undefined> {
  const token = await tokenFor(ctx, place.host);
  if (token === undefined) return undefined;
  const base = `${place.api}/repos/${place.owner}/${place.name}`;
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${token.reveal()}`,
    "user-agent": "wherry",
    "x-github-api-version": "2022-11-28",
  };
  return {
    place,
    async ask(path) {
      let url = `${base}${path}`;
      // A repository that was renamed answers with its new address: two moves, and never to another host with the token.
      for (let moves = 0; ; moves += 1) {
        const answer = await ctx.https.get(url, { headers });
        if (answer.status === undefined) return { ok: false, status: undefined, reason: answer.reason };
        const location = answer.headers["location"];
        if ([301, 302, 307, 308].includes(answer.status) && location !== undefined && moves < 2) {
          const next = new URL(location, url);
          if (next.origin === new URL(url).origin) {
            url = next.href;
            continue;
          }
        }
        return read(answer.status, answer.headers, answer.body);
      }
    },
  };
}

function read(status: number, headers: Readonly<Record<string, string>>, body: string): GitHubAnswer {
  const parsed = parse(body);
  if (status === 200) {
    return parsed === undefined
      ? { ok: false, status, reason: "the answer is no JSON" }
      : { ok: true, body: parsed.value };
  }
  if ((status === 403 || status === 429) && headers["x-ratelimit-remaining"] === "0")
    return { ok: false, status, reason: "the token's questions of this hour are used up" };
  const reasons: Readonly<Record<number, string>> = {
    401: "the token is not accepted",
    403: "the token may not read this",
    404: "not there, or the token may not see it",
  };
  return { ok: false, status, reason: reasons[status] ?? `GitHub answers ${status}` };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
