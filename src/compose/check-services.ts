import type { Settings } from "../config/index.ts";
import type { Notice, ServiceModel } from "./model.ts";
import type { ComposeProject } from "./project.ts";

export function checkServices(_project: ComposeProject, _settings: Settings, _services: readonly ServiceModel[]): readonly Notice[] {
  return [];
}
