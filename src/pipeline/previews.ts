import { loadSettings, previewHost, previewName } from "../config/index.ts";
import type { AppRules } from "../config/index.ts";
import type { Context } from "../system/index.ts";
import type { EnvironmentStage, PreviewStage } from "./model.ts";
import { secretsToHandOver, unreachableSources } from "./secrets.ts";

/** Any number: all previews have the same secrets, and hosts of the same form. */
export const anyPreview = `${previewName}-1`;

/** What a pipeline does for pull requests; undefined where the file wants no previews, or no pipeline reaches their server. */
export async function findPreviews(
  ctx: Context,
  { directory, previews }: AppRules,
  notes: string[],
): Promise<PreviewStage | undefined> {
  if (!previews) return undefined;
  const settings = await loadSettings(ctx, { directory, environment: anyPreview });
  const { preview, server, tls } = settings;
  if (preview === undefined) throw new Error(`${anyPreview} is a preview`);
  if (server.kind === "local") {
    notes.push("previews: their server is local, which no pipeline reaches: left out");
    return undefined;
  }
  for (const source of unreachableSources(settings)) {
    notes.push(
      `previews: no job has the program of ${source}, which secrets_from names: put "environment" in front of it, or install the program in the jobs`,
    );
  }
  const secrets = await secretsToHandOver(ctx, settings);
  return {
    scheme: tls.kind === "on" ? "https" : "http",
    domain: preview.domain,
    server: server.host,
    limit: preview.limit,
    secrets: [...new Set(secrets)].toSorted(),
  };
}

/** Where a preview is seen: its first host. `number` may be the words of a host of pipelines for it. */
export function previewUrl({ scheme, domain }: PreviewStage, number: string): string {
  return `${scheme}://${previewHost(number, domain)}`;
}

/** What all previews share at the host of a pipeline, as an environment that no release rule leads to. */
export function previewEnvironment({ server, secrets }: PreviewStage): EnvironmentStage {
  return {
    name: previewName,
    rule: { environment: previewName, production: false, rules: [], from: "none" },
    url: undefined,
    servers: [server],
    imagesFrom: undefined,
    secrets,
    inRepository: [],
  };
}
