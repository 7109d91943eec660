import type { Context } from "../system/index.ts";

/** How long a registry may take; images are asked for side by side. */
const patience = 15_000;

export interface Digests {
  /** Image -> `sha256:…`; those that no registry told are missing. */
  readonly known: ReadonlyMap<string, string>;
  readonly note: string | undefined;
}

/** Asks the registries what these names stand for today. Without a network: nothing is known, and that is said. */
export async function resolveDigests(ctx: Context, images: readonly string[]): Promise<Digests> {
  const names = [...new Set(images)];
  const found = await Promise.all(names.map(async (name) => [name, await digestOf(ctx, name)] as const));
  const known = new Map(found.flatMap(([name, digest]) => (digest === undefined ? [] : [[name, digest] as const])));
  const missing = names.filter((name) => !known.has(name));
  const note =
    missing.length === 0
      ? undefined
      : `no registry told the digest of ${missing.join(", ")}: pinned by version alone. Run wherry init again with a network`;
  return { known, note };
}

async function digestOf(ctx: Context, name: string): Promise<string | undefined> {
  const { stdout, exitCode } = await ctx.processes.run(
    ["docker", "buildx", "imagetools", "inspect", name, "--format", "{{json .Manifest}}"],
    { timeout: patience },
  );
  return exitCode === 0 ? /"digest"\s*:\s*"(sha256:[0-9a-f]{64})"/.exec(stdout)?.[1] : undefined;
}
