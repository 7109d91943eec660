import type { Context } from "../system/index.ts";
import { engineFailure } from "./engine.ts";

/** What a registry says about a name; `unknown` with its words where it says nothing useful. */
export type Lookup =
  | { readonly found: true; readonly digest: string; readonly platforms: readonly string[] }
  | { readonly found: false; readonly why: string };

/** Milliseconds; a registry that does not answer by then does not help a deployment. */
const patience = 20_000;

/** Asks the registry which manifest a name means now, over all platforms. */
export async function lookUp(ctx: Context, name: string): Promise<Lookup> {
  const result = await ctx.processes.run(
    ["docker", "buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", name],
    { timeout: patience },
  );
  const missing = result.exitCode === 127 ? engineFailure(result) : undefined;
  if (missing !== undefined) throw missing;
  if (result.exitCode !== 0) {
    const why = result.timedOut ? "no answer within 20 s" : (result.stderr.trim().split("\n").at(-1) ?? "");
    return { found: false, why: why.replace(/^ERROR: /, "") };
  }
  const manifest = JSON.parse(result.stdout) as {
    readonly digest: string;
    readonly manifests?: readonly { readonly platform?: { readonly os: string; readonly architecture: string } }[];
  };
  const platforms = (manifest.manifests ?? []).flatMap(({ platform }) =>
    platform === undefined || platform.os === "unknown" ? [] : `${platform.os}/${platform.architecture}`,
  );
  return { found: true, digest: manifest.digest, platforms };
}

/** `nginx:1.28@sha256:...` -> `nginx@sha256:...`; undefined for a name without a digest. */
export function pinned(name: string): string | undefined {
  const at = name.indexOf("@");
  return at < 0 ? undefined : `${repositoryOf(name)}${name.slice(at)}`;
}

/** `registry:5000/shop/web:1.2` -> `registry:5000/shop/web` */
export function repositoryOf(name: string): string {
  const [beforeDigest = ""] = name.split("@");
  const colon = beforeDigest.lastIndexOf(":");
  return colon > beforeDigest.lastIndexOf("/") ? beforeDigest.slice(0, colon) : beforeDigest;
}
