import { refusedError, type WherryError } from "../core/index.ts";
import type { Context, ProcessResult } from "../system/index.ts";

/** An image that the Docker engine of this machine has. */
export interface LocalImage {
  readonly id: string;
  /** `linux/amd64` */
  readonly platform: string;
  readonly bytes: number;
  readonly layers: readonly string[];
  readonly layerBytes: readonly number[] | undefined;
  /** `repository@sha256:...` of what was pulled; an image that was built here has none, except in the containerd store. */
  readonly digests: readonly string[];
  readonly store: "graph" | "containerd";
}

/** Looks an image up by name or id; undefined where the engine does not have it. */
export async function findLocal(ctx: Context, name: string): Promise<LocalImage | undefined> {
  const [inspected, history] = await Promise.all([
    docker(ctx, ["image", "inspect", "--format", "{{json .}}", name]),
    docker(ctx, ["image", "history", "--no-trunc", "--human=false", "--format", "{{json .}}", name]),
  ]);
  if (inspected.exitCode !== 0) return undefined;
  const image = JSON.parse(inspected.stdout) as {
    readonly Id: string;
    readonly Os: string;
    readonly Architecture: string;
    readonly Size: number;
    readonly RootFS: { readonly Layers?: readonly string[] | null };
    readonly RepoDigests?: readonly string[] | null;
    /** Of the containerd store alone, from Docker 28 on. */
    readonly Descriptor?: unknown;
  };
  const layers = image.RootFS.Layers ?? [];
  const digests = image.RepoDigests ?? [];
  // Its id is that of a manifest there: a digest among the others.
  const isManifest = image.Descriptor !== undefined || digests.some((name) => name.endsWith(`@${image.Id}`));
  return {
    id: image.Id,
    platform: `${image.Os}/${image.Architecture}`,
    bytes: image.Size,
    layers,
    layerBytes: layerSizes(history.stdout, layers.length),
    digests,
    store: isManifest ? "containerd" : "graph",
  };
}

/** Steps of a Dockerfile that only change the image's configuration. WORKDIR does with the old builder, and not with BuildKit. */
const withoutLayer =
  /^(?:\/bin\/sh -c #\(nop\) +)?(?:ENV|CMD|ENTRYPOINT|EXPOSE|LABEL|USER|ARG|STOPSIGNAL|HEALTHCHECK|VOLUME|ONBUILD|SHELL|MAINTAINER)\b|^\/bin\/sh -c #\(nop\) +WORKDIR\b/;

/**
 * Sizes of an image's layers, bottom first, out of `docker image history`: it has a line for each step of the Dockerfile,
 * whether the step made a layer or not. Undefined where that cannot be told.
 */
export function layerSizes(history: string, layers: number): readonly number[] | undefined {
  const sizes = history
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { readonly CreatedBy: string; readonly Size: string })
    .filter(({ CreatedBy, Size }) => Size !== "0" || !withoutLayer.test(CreatedBy))
    .map(({ Size }) => Number(Size))
    .toReversed();
  return sizes.length === layers && sizes.every(Number.isFinite) ? sizes : undefined;
}

/** Runs docker on this machine; throws where there is no engine to talk to. */
export async function docker(ctx: Context, args: readonly string[]): Promise<ProcessResult> {
  const result = await ctx.processes.run(["docker", ...args]);
  const failure = engineFailure(result);
  if (failure !== undefined) throw failure;
  return result;
}

/** Is docker itself not there, or its engine? */
export function engineFailure({
  exitCode,
  stderr,
}: Pick<ProcessResult, "exitCode" | "stderr">): WherryError | undefined {
  if (exitCode === 0) return undefined;
  if (exitCode === 127) {
    return refusedError("no-docker", "docker is needed on this machine to build and send images, and is not there", {
      hint: "install Docker: https://docs.docker.com/engine/install/",
    });
  }
  // At the start of a line: in the output of a build, what its own programs say stands behind a number.
  if (/^(?:ERROR: |Got )?permission denied.*docker.*sock/im.test(stderr)) {
    return refusedError("no-docker", "you may not use the Docker engine of this machine", {
      context: lastLines(stderr, 2),
      hint: "sudo usermod -aG docker $USER, then log in again",
    });
  }
  if (/^(?:ERROR: )?(?:cannot connect to the docker daemon|error during connect)/im.test(stderr)) {
    return refusedError("no-docker", "the Docker engine of this machine does not run", {
      context: lastLines(stderr, 2),
      hint: "start it: Docker Desktop, or sudo systemctl start docker",
    });
  }
  return undefined;
}

export function lastLines(text: string, count: number): readonly string[] {
  return text.trim().split("\n").slice(-count);
}
