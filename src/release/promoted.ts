import { buildDifferences, buildsOf } from "../compose/index.ts";
import type { AppModel, BuildDifference, ServiceModel } from "../compose/index.ts";
import { refusedError } from "../core/index.ts";
import type { WherryError } from "../core/index.ts";
import { takeImages } from "../images/index.ts";
import type { EngineInventory, ServiceImage } from "../images/index.ts";
import type { LedgerLine } from "./ledger.ts";
import type { ImagesOrigin } from "./origin.ts";
import type { ReleaseRecord } from "./record.ts";

/** A deployment to another environment whose images are wanted, and what is known of it. */
export interface Source {
  readonly environment: string;
  /** The server that has the images, for people. */
  readonly server: string;
  /** Docker's name: `amd64`. */
  readonly architecture: string;
  readonly line: LedgerLine;
  /** Releases that this server still has. */
  readonly records: readonly ReleaseRecord[];
  readonly inventory: EngineInventory;
  /** The compose files of this commit as that environment sees them. */
  readonly model: AppModel;
}

export interface Target {
  readonly environment: string;
  readonly model: AppModel;
  /** Of each of its servers. */
  readonly architectures: readonly string[];
}

export interface Promoted {
  readonly images: readonly ServiceImage[];
  /** Services that come from a registry in this environment alone: nobody else has their image. */
  readonly besides: readonly ServiceModel[];
  readonly origin: ImagesOrigin;
}

/**
 * Which images an environment gets from another one's release, each to the byte. Pure.
 * @throws WherryError `refused` where they are gone, or where they cannot be what this environment would have built
 */
export function promoteImages(source: Source, target: Target): Promoted {
  const { environment, line, server } = source;
  const refuse = refusalFor(target.environment);
  const record = source.records.find(({ id }) => id === line.release);
  if (record === undefined) {
    throw refuse(
      "release-gone",
      `${server} no longer has the release ${line.release}, which ${environment} had from this commit`,
      `deploy it to ${environment} again (keep: in wherry.yaml says how many releases stay)`,
    );
  }
  refuseDifferences(buildDifferences(target.model, source.model), source, target);
  const known = new Map(record.services.map((service) => [service.name, service]));
  const there = new Map(source.model.services.map((service) => [service.name, service]));
  const taken = target.model.services.filter((service) => {
    const other = there.get(service.name);
    const built = isBuilt(service, target.model);
    const same =
      other !== undefined &&
      known.has(service.name) &&
      built === isBuilt(other, source.model) &&
      (built || other.image === service.image);
    if (built && !same) {
      throw refuse(
        "not-tried",
        `${service.name} is built for ${target.environment}, and was not for ${environment}: nobody has tried it out there`,
        `let ${environment} have it too`,
      );
    }
    return same;
  });
  const { images, gone } = takeImages(
    taken.flatMap(({ name }) => known.get(name) ?? []),
    source.inventory,
  );
  if (gone.length > 0) {
    throw refuse(
      "image-gone",
      `${server} no longer has ${gone.map(({ name, image }) => `${image} (${name})`).join(", ")}`,
      `deploy the commit to ${environment} again`,
    );
  }
  const other = target.architectures.find((one) => one !== source.architecture);
  if (other !== undefined && images.some((image) => image.source.kind === "server")) {
    throw refuse(
      "other-architecture",
      `the images of ${environment} are for ${source.architecture}, and ${target.environment} has ${other}`,
      "servers of the same architecture run the same images",
    );
  }
  const besides = target.model.services.filter((service) => !taken.includes(service));
  return {
    images,
    besides,
    origin: {
      kind: "promoted",
      environment,
      deployment: line.id,
      release: line.release,
      besides: besides.map(({ name }) => name),
    },
  };
}

/** Built, or called by the name that another service gives to what it builds. */
function isBuilt({ built, image }: ServiceModel, model: AppModel): boolean {
  return built || buildsOf(model).some((build) => build.image !== undefined && build.image === image);
}

function refuseDifferences(
  differences: readonly BuildDifference[],
  { environment: there }: Source,
  { environment: here }: Target,
): void {
  const [first] = differences;
  if (first === undefined) return;
  const shown = (value: string | undefined): string => (value === undefined ? "nothing" : JSON.stringify(value));
  const lines = differences.map(
    ({ service, key, here: own, there: other }) =>
      `services.${service}.${key} is ${shown(other)} in ${there} and ${shown(own)} in ${here}`,
  );
  throw refusalFor(here)(
    "build-differs",
    `${lines[0]}: what was built for ${there} is not what ${here} would have`,
    "build one image for all, and give it at run time what is different: environment: in the compose file, from values: of each environment",
    lines.slice(1),
  );
}

/** Every refusal names the way out. */
export function refusalFor(environment: string) {
  return (code: string, message: string, remedy: string, context: readonly string[] = []): WherryError =>
    refusedError(code, message, {
      context,
      hint: `${remedy}; or build for ${environment} all the same: wherry deploy -e ${environment} --build`,
    });
}
