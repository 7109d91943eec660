import type { Settings } from "../config/index.ts";
import type { Secret } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import type { ComposeProject } from "./project.ts";

/** Resolves the compose files of one environment. */
export async function loadCompose(_ctx: Context, _settings: Settings, _secrets: ReadonlyMap<string, Secret>): Promise<ComposeProject> {
  throw new Error("not written yet");
}
