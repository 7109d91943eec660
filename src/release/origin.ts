import type { ReleaseId } from "./record.ts";

/** Where the images of a release come from; in its record, and in each ledger line about it. */
export type ImagesOrigin =
  | {
      readonly kind: "built";
      /** Environment whose images it would have got, had not somebody asked for a build. */
      readonly instead?: string;
    }
  | {
      readonly kind: "promoted";
      readonly environment: string;
      /** Id of that environment's ledger line, and the release that it made live. */
      readonly deployment: string;
      readonly release: ReleaseId;
      /** Services whose image that environment does not have, as they come from a registry in this one alone. */
      readonly besides: readonly string[];
    };

/** As one clause for people. */
export function originText(origin: ImagesOrigin): string {
  if (origin.kind === "built")
    return origin.instead === undefined ? "built here" : `built here, and not those of ${origin.instead}`;
  const { environment, release, deployment, besides } = origin;
  const others = besides.length === 0 ? "" : `; ${besides.join(", ")} from a registry`;
  return `those of ${environment}: release ${release}, deployment ${deployment}${others}`;
}
