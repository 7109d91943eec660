import type { Context } from "../system/index.ts";

/** A repository, and where its host answers questions. */
export interface GitHubPlace {
  /** `github.com`, or that of a GitHub Enterprise Server. */
  readonly host: string;
  readonly owner: string;
  readonly name: string;
  /** Address of the API, without a slash at its end. */
  readonly api: string;
}

/**
 * Which repository of GitHub a remote names; undefined where the remote is on another host.
 * @param repository `github.com/owner/name`: without credentials, protocol and `.git`
 */
export function repositoryOn(ctx: Pick<Context, "env">, repository: string): GitHubPlace | undefined {
  const [host = "", owner, name, ...more] = repository.split("/");
  if (owner === undefined || name === undefined || more.length > 0) return undefined;
  if (![owner, name].every((word) => /^[\w.-]+$/.test(word) && !/^\.+$/.test(word))) return undefined;
  // GitHub Actions sets both; elsewhere they say that a server of one's own is GitHub.
  const server = hostOf(ctx.env["GITHUB_SERVER_URL"]);
  const api = ctx.env["GITHUB_API_URL"];
  const own = host.toLowerCase();
  if (api !== undefined && (own === server || (server === undefined && own === "github.com")))
    return { host: own, owner, name, api: api.replace(/\/+$/, "") };
  if (own === "github.com") return { host: own, owner, name, api: "https://api.github.com" };
  if (own === server) return { host: own, owner, name, api: `https://${own}/api/v3` };
  return undefined;
}

function hostOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.toLowerCase();
}
