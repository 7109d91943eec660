import { actions } from "../src/pipeline/index.ts";
import { markdownTable } from "./generated-part.ts";

/** The manual's table of pinned actions. From the table that workflows are made with. */
export function pinnedActions(): string {
  const rows = actions.map(({ action, version, commit, seen }) => [
    action,
    version,
    `\`${commit}\``,
    `${seen.on}: ${seen.source}`,
  ]);
  return markdownTable(["action", "version", "commit", "last looked at"], rows);
}
