import type { AppModel, BuildModel } from "./model.ts";

/** The services whose images are built from the repository, with what to build them from. */
export function buildsOf(_model: AppModel): readonly BuildModel[] {
  throw new Error("not written yet");
}
