import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import Bottleneck from "bottleneck/light.js";
import { usageError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { tokenOfApp } from "./app.ts";
import { fetchThrough } from "./fetch.ts";
import type { GitHubPlace } from "./place.ts";
import { tokenFor } from "./token.ts";

/** One repository, to be asked and to be changed. */
export interface GitHubApi {
  readonly place: GitHubPlace;
  /** An App's installation asks: it has permissions of its own, and no role in the repository. */
  readonly installation: boolean;
  readonly request: Octokit["request"];
}

const Client = Octokit.plugin(throttling, retry);

/** GitHub asks for a second between two changes; more and it locks one out for a while. */
const pauseMilliseconds = 1000;

/** A longer wait is no wait any more: it is said when to come again. */
const longestWaitSeconds = 90;

/**
 * Octokit over the context's network. It keeps GitHub's pace, waits where GitHub asks for a short wait, and repeats what is
 * safe to repeat. The token: a GitHub App's, GITHUB_TOKEN, GH_TOKEN, or that of the program gh.
 * @throws WherryError `no-token`
 */
export async function openGitHubApi(ctx: Context, place: GitHubPlace, report: Report): Promise<GitHubApi> {
  const token = (await tokenOfApp(ctx, place)) ?? (await tokenFor(ctx, place.host));
  if (token === undefined) {
    throw usageError("no-token", `there is no token for ${place.host}`, {
      hint:
        place.host === "github.com"
          ? "gh auth login, or set GH_TOKEN"
          : `gh auth login --hostname ${place.host}, or set GH_ENTERPRISE_TOKEN`,
    });
  }
  const pause = pauseOf(ctx);
  const waits = (limit: string) => (seconds: number, _options: object, _octokit: unknown, retries: number) => {
    if (retries > 1 || seconds > longestWaitSeconds) return false;
    report({ type: "note", text: `${limit}: GitHub asks to wait ${seconds} s` });
    return true;
  };
  const client = new Client({
    auth: token.reveal(),
    baseUrl: place.api,
    userAgent: "wherry",
    request: { fetch: fetchThrough(ctx) },
    log: { debug: line, info: line, warn: line, error: line },
    throttle: {
      // Of this client alone: the library would share one among all in the process.
      write: new Bottleneck.Group({ maxConcurrent: 1, minTime: pause }),
      onRateLimit: waits("the requests of this hour are used up"),
      onSecondaryRateLimit: waits("too many requests in a short time"),
    },
    retry: { retries: 2, retryAfterBaseValue: pause },
  });
  client.hook.before("request", (options) => {
    options.headers["x-github-api-version"] = "2022-11-28";
    // A copy: Octokit hands the same object to all requests, and plugins write into it.
    // A POST that went through without an answer would make a thing twice.
    options.request = { ...options.request, ...(options.method === "POST" ? { retries: 0 } : {}) };
  });
  // Also the token that GitHub gives a workflow is one of an App.
  const installation = token.reveal().startsWith("ghs_");
  return { place, installation, request: client.request };

  function line(text: string): void {
    report({ type: "line", text });
  }
}

/** A GitHub Enterprise Server of one's own may have no limits to keep. */
function pauseOf(ctx: Context): number {
  const text = ctx.env["WHERRY_GITHUB_PAUSE"] ?? "";
  return /^\d{1,5}$/.test(text) ? Number(text) : pauseMilliseconds;
}
