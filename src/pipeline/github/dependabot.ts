import type { Pipeline } from "../model.ts";
import { renderYaml } from "./yaml.ts";

/** Days that a new version is left alone: most hijacked ones were found and withdrawn within a few. */
const cooldown = 7;

/** What keeps packages, images and pins up to date, one pull request for each kind and week. */
export function dependabotFile({ dependencies }: Pipeline): string {
  return renderYaml(
    {
      version: 2,
      updates: dependencies.map(({ ecosystem, folder }) => ({
        "package-ecosystem": ecosystem,
        directory: `/${folder}`,
        schedule: { interval: "weekly" },
        cooldown: { "default-days": cooldown },
        groups: { all: { patterns: ["*"] } },
      })),
    },
    ["A new version waits a week before it is proposed; updates that close a hole do not wait."],
  );
}
