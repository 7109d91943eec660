import type { Context } from "../system/index.ts";
import { git } from "./run.ts";

export interface CommitDescription {
  readonly commit: string;
  /** Changed and untracked files of the folder, relative to it; ignored ones are not here. */
  readonly dirty: readonly string[];
  readonly branch: string | undefined;
  /** The tag at this commit; where there are several, the one that started this CI run, else the newest. */
  readonly tag: string | undefined;
  /** Tells repositories apart: the remote's URL without credentials, else `commit:` and the first commit. */
  readonly repository: string;
  /** The first commit of the history that is here; tells that it is the same repository when its remote has moved. */
  readonly firstCommit: string;
}

/** What is checked out here; undefined outside a git repository and before its first commit. */
export async function describeCommit(ctx: Context, directory: string): Promise<CommitDescription | undefined> {
  const ask = (...args: readonly string[]): Promise<string | undefined> => git(ctx, directory, args);
  const [commit, status, branch, tags, remotes, roots] = await Promise.all([
    ask("rev-parse", "--verify", "HEAD^{commit}"),
    ask("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", "."),
    ask("symbolic-ref", "--quiet", "--short", "HEAD"),
    ask("tag", "--points-at", "HEAD", "--sort=-creatordate"),
    ask("remote", "-v"),
    ask("rev-list", "--max-parents=0", "HEAD"),
  ]);
  if (commit === undefined) return undefined;
  const prefix = (await ask("rev-parse", "--show-prefix"))?.trim() ?? "";
  const firstCommit = (roots ?? commit).trim().split("\n").at(-1) ?? "";
  return {
    commit: commit.trim(),
    dirty: (status ?? "")
      .split("\0")
      .filter((entry) => entry !== "")
      .map((entry) => withoutPrefix(entry.slice(3), prefix)),
    branch: firstLine(branch),
    tag: tagOf((tags ?? "").split("\n"), ctx.env),
    repository: remoteOf(remotes ?? "") ?? `commit:${firstCommit}`,
    firstCommit,
  };
}

/** `origin`, else the first one. `https://user:token@host/x.git` and `git@host:x` name the same: `host/x`. */
function remoteOf(remotes: string): string | undefined {
  const urls = remotes.split("\n").flatMap((line) => {
    const [, name, url] = /^(\S+)\t(.*) \(fetch\)$/.exec(line) ?? [];
    return name === undefined || url === undefined ? [] : [{ name, url }];
  });
  const remote = urls.find(({ name }) => name === "origin") ?? urls[0];
  return remote === undefined ? undefined : withoutCredentials(remote.url);
}

/** The same repository has the same text whether it is reached by https or ssh, with a token or without. */
export function withoutCredentials(url: string): string {
  const plain = url.replace(/\/+$/, "").replace(/\.git$/, "");
  const [, host, path] =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.*)$/i.exec(plain) ??
    /^(?:[^@/:]+@)?([^@/:]{2,}):(?!\/\/)(.*)$/.exec(plain) ??
    [];
  return host === undefined || path === undefined ? plain : `${host.toLowerCase()}/${path.replace(/^\/+/, "")}`;
}

function withoutPrefix(path: string, prefix: string): string {
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

function tagOf(here: readonly string[], env: Context["env"]): string | undefined {
  const started = env["GITHUB_REF_TYPE"] === "tag" ? env["GITHUB_REF_NAME"] : env["CI_COMMIT_TAG"];
  return here.find((tag) => tag !== "" && tag === started) ?? firstLine(here[0]);
}

function firstLine(text: string | undefined): string | undefined {
  const line = text?.split("\n")[0]?.trim();
  return line === "" ? undefined : line;
}
