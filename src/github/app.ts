import { resolve } from "node:path";
import { createAppAuth } from "@octokit/auth-app";
import { request } from "@octokit/request";
import { usageError } from "../core/index.ts";
import type { Secret } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { fetchThrough } from "./fetch.ts";
import type { GitHubPlace } from "./place.ts";
import { known } from "./token.ts";

const idName = "WHERRY_GITHUB_APP_ID";
const keyName = "WHERRY_GITHUB_APP_KEY_FILE";

/**
 * A token of a GitHub App for one repository, good for an hour; undefined where no App is named by WHERRY_GITHUB_APP_ID and
 * WHERRY_GITHUB_APP_KEY_FILE.
 * @throws WherryError where only one of them is there, or the file cannot be read; and what GitHub refuses
 */
export async function tokenOfApp(ctx: Context, place: GitHubPlace): Promise<Secret | undefined> {
  const appId = ctx.env[idName]?.trim() ?? "";
  const file = ctx.env[keyName]?.trim() ?? "";
  if (appId === "" && file === "") return undefined;
  if (appId === "" || file === "") {
    throw usageError("half-an-app", `${appId === "" ? idName : keyName} is not set, and a GitHub App needs both`, {
      hint: `set ${idName} and ${keyName}, or neither`,
    });
  }
  const privateKey = await ctx.files.readText(resolve(ctx.cwd, file));
  if (privateKey === undefined || !privateKey.includes("PRIVATE KEY")) {
    throw usageError("no-app-key", `${file} is no private key of a GitHub App`, {
      hint: "the App's page makes one: Private keys, Generate a private key",
    });
  }
  known(ctx, privateKey);
  const asked = request.defaults({ baseUrl: place.api, request: { fetch: fetchThrough(ctx) } });
  const auth = createAppAuth({ appId, privateKey, request: asked, log: silent });
  const { token: proof } = await auth({ type: "app" });
  known(ctx, proof);
  const { data } = await asked("GET /repos/{owner}/{repo}/installation", {
    owner: place.owner,
    repo: place.name,
    headers: { authorization: `bearer ${proof}` },
  });
  const { token } = await auth({ type: "installation", installationId: data.id, repositoryNames: [place.name] });
  return known(ctx, token);
}

/** The library writes warnings to the console otherwise. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };
