import type { Settings } from "../config/index.ts";
import type { AppModel } from "./model.ts";
import type { ComposeProject } from "./project.ts";

/** What each service is to a deployment, and everything worth saying about the files. Pure. */
export function understand(_project: ComposeProject, _settings: Settings): AppModel {
  throw new Error("not written yet");
}
