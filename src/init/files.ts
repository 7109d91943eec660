import type { WantedFile } from "../writer/index.ts";
import type { Design, OwnService } from "./design.ts";
import { join } from "./view.ts";
import { composeFile } from "./render/compose.ts";
import { baseImagesOf, dockerfile, nginxConfiguration } from "./render/dockerfile/index.ts";
import type { Pin } from "./render/dockerfile/index.ts";
import { overrideFile } from "./render/override.ts";
import { dockerignore, environmentExample } from "./render/small-files.ts";
import { file } from "./render/text.ts";
import { wherryFile, wherryPlan } from "./render/wherry-file.ts";
import fillInSecrets from "./scripts/fill-in-secrets.sh?raw";

/** Every image that the files will name. */
export function imagesOf({ services, stores }: Design): readonly string[] {
  return [
    ...services.filter(({ existing }) => existing === undefined).flatMap(({ part }) => baseImagesOf(part.image)),
    ...stores.map(({ store }) => store.image),
  ];
}

/** `node:24-slim@sha256:…` where the digest is known. */
export function pinWith(digests: ReadonlyMap<string, string>): Pin {
  return (image) => {
    const digest = digests.get(image);
    return digest === undefined ? image : `${image}@${digest}`;
  };
}

/** The files of an app that has none yet. Pure: the same design gives the same bytes. */
export function filesOf(design: Design, pin: Pin): readonly WantedFile[] {
  const contexts = Map.groupBy(design.services, ({ context }) => context);
  const own = (path: string, content: string): WantedFile => ({ path, content, comment: "#" });
  const needsExample =
    design.secrets.length > 0 ||
    design.services.some(
      ({ unset, part }) => unset.length > 0 || (part.image.recipe === "pages" && part.reads.length > 0),
    );
  return [
    own("wherry.yaml", wherryFile(wherryPlan(design))),
    own("compose.yaml", composeFile(design, pin)),
    own("compose.override.yaml", overrideFile(design)),
    ...(needsExample ? [own(".env.example", environmentExample(design))] : []),
    ...design.services.flatMap((service) => imageFiles(service, pin)),
    ...[...contexts].flatMap(([context, services]) => {
      const ours = services.filter(({ existing }) => existing === undefined);
      return ours.length === 0 ? [] : [own(join(context, ".dockerignore"), dockerignore(ours))];
    }),
  ];
}

/** What one image is made from, beside the team's source. */
function imageFiles(service: OwnService, pin: Pin): readonly WantedFile[] {
  if (service.existing !== undefined) return [];
  const { folder, image } = service.part;
  const own = (name: string, content: string): WantedFile => ({ path: join(folder, name), content, comment: "#" });
  return [
    own("Dockerfile", file(dockerfile(service, pin))),
    ...(image.recipe === "pages" ? [own("nginx.conf", file(nginxConfiguration(image, service.port)))] : []),
    ...(service.fillsIn ? [own("fill-in-secrets.sh", fillInSecrets)] : []),
  ];
}
