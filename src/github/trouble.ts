import { RequestError } from "@octokit/request-error";
import { refusedError } from "../core/index.ts";
import type { WherryError } from "../core/index.ts";
import { Unreachable } from "./fetch.ts";
import type { GitHubPlace } from "./place.ts";

/** What GitHub said no with. */
export interface Refusal {
  readonly status: number;
  /** Its own words, in one line. */
  readonly message: string;
}

/** For what may be refused: the refusal; undefined for all that is trouble with the token, the pace or the network. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof RequestError) || limitOf(error) !== undefined || tokenTrouble(error) !== undefined)
    return undefined;
  return [403, 404, 409, 422].includes(error.status)
    ? { status: error.status, message: oneLine(error.message) }
    : undefined;
}

/** Is it the plan of the account that does not have it? */
export function refusedByPlan({ message }: Refusal): boolean {
  return /\bupgrade to\b|\bbilling plan\b|make this repository public/i.test(message);
}

/**
 * What a failed request means for the user, and how to go on. Gives back what is no trouble with GitHub as it is.
 * @param doing what was under way: `set the secret DB_PASSWORD of production`
 */
export function explainTrouble(error: unknown, place: GitHubPlace, doing: string): unknown {
  if (!(error instanceof RequestError)) return error;
  const { host, owner, name } = place;
  const refused = (code: string, message: string, hint: string): WherryError =>
    refusedError(code, `cannot ${doing}: ${message}`, { hint, cause: error });
  if (error.cause instanceof Unreachable) {
    const message = `${host} cannot be reached (${error.cause.message})`;
    return refused("github-unreachable", message, "run it again when the network is back: it goes on where it stopped");
  }
  const limit = limitOf(error);
  if (limit !== undefined) return refused(limit.code, limit.message, limit.hint);
  const token = tokenTrouble(error);
  if (token !== undefined) return refused(token.code, token.message, token.hint);
  if (error.status >= 500) {
    return refused(
      "github-trouble",
      `GitHub has trouble of its own (${error.status})`,
      "see https://www.githubstatus.com, and run it again later: it goes on where it stopped",
    );
  }
  const said = oneLine(error.message);
  if (error.status === 404) {
    return refused(
      "github-not-found",
      `${owner}/${name} does not have it, or the token may not see it`,
      `is ${owner}/${name} right (git remote -v), and does the token reach it?`,
    );
  }
  return refused("github-refused", `GitHub refuses it (${error.status}): ${said}`, "the words are GitHub's own");
}

interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

function limitOf(error: RequestError): Trouble | undefined {
  if (error.status !== 403 && error.status !== 429) return undefined;
  const headers = error.response?.headers ?? {};
  if (/\bsecondary rate\b/i.test(error.message)) {
    const seconds = Number(headers["retry-after"]);
    const when = Number.isInteger(seconds) && seconds > 0 ? `in ${seconds} s` : "in a few minutes";
    return {
      code: "secondary-rate-limit",
      message: "there were too many requests in a short time (GitHub's secondary rate limit)",
      hint: `run it again ${when}: it goes on where it stopped`,
    };
  }
  if (headers["x-ratelimit-remaining"] !== "0" && error.status !== 429) return undefined;
  const reset = Number(headers["x-ratelimit-reset"]);
  const when = Number.isInteger(reset) && reset > 0 ? `after ${new Date(reset * 1000).toISOString()}` : "in an hour";
  return {
    code: "rate-limit",
    message: "the token's requests of this hour are used up (GitHub's rate limit)",
    hint: `run it again ${when}: it goes on where it stopped`,
  };
}

function tokenTrouble(error: RequestError): Trouble | undefined {
  const headers = error.response?.headers ?? {};
  if (error.status === 401) {
    return {
      code: "token-refused",
      message: "GitHub does not accept the token: it is wrong, revoked or expired",
      hint: "gh auth login, or set GH_TOKEN to a new one",
    };
  }
  if (error.status !== 403 && error.status !== 404) return undefined;
  // A fine-grained token or an App: GitHub names the permission that is missing.
  if (/resource not accessible by (?:personal access token|integration)/i.test(error.message)) {
    const wanted = textOf(headers["x-accepted-github-permissions"]).replaceAll("=", ": ") || "administration: write";
    return {
      code: "token-permission",
      message: `the token lacks a permission: ${wanted}`,
      hint: "give it to the token under Settings, Developer settings, and run it again: it goes on where it stopped",
    };
  }
  // A classic token: GitHub lists the scopes that it has, and those of which one would do.
  const accepted = listOf(headers["x-accepted-oauth-scopes"]);
  const has = listOf(headers["x-oauth-scopes"]);
  if (headers["x-oauth-scopes"] === undefined || accepted.length === 0) return undefined;
  if (accepted.some((scope) => has.includes(scope))) return undefined;
  const [scope = "repo"] = accepted.includes("repo") ? ["repo"] : accepted;
  return {
    code: "token-scope",
    message: `the token lacks the scope ${scope}; it has ${has.join(", ") || "none"}`,
    hint: `gh auth refresh --scopes ${scope}, or set GH_TOKEN to a token with it; then run it again: it goes on where it stopped`,
  };
}

function listOf(header: unknown): readonly string[] {
  return textOf(header)
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function textOf(header: unknown): string {
  return typeof header === "string" || typeof header === "number" ? String(header) : "";
}

/** GitHub's words, without the address of its documentation. */
function oneLine(message: string): string {
  return message
    .replace(/ - https:\/\/docs\.github\.com\S*$/, "")
    .replaceAll(/\s+/g, " ")
    .slice(0, 300);
}
