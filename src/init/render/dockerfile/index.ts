import type { OwnService } from "../../design.ts";
import { imageNames } from "../../base-images.ts";
import type { ImagePlan } from "../../model.ts";
import { goDockerfile } from "./go.ts";
import { javaDockerfile } from "./java.ts";
import { nodeDockerfile } from "./node.ts";
import { pagesDockerfile } from "./pages.ts";
import type { Pin } from "./parts.ts";
import { pythonDockerfile } from "./python.ts";
import { rustDockerfile } from "./rust.ts";

export type { Pin } from "./parts.ts";
export { nginxConfiguration } from "./pages.ts";

type Plan<R extends ImagePlan["recipe"]> = Extract<ImagePlan, { recipe: R }>;

/** How one kind of image is made. */
interface Recipe<P> {
  readonly lines: (plan: P, service: OwnService, pin: Pin) => readonly string[];
  /** What it starts from. */
  readonly images: (plan: P) => readonly string[];
}

const recipes: { readonly [R in ImagePlan["recipe"]]: Recipe<Plan<R>> } = {
  pages: {
    lines: pagesDockerfile,
    images: ({ build }) => [imageNames.nginx, ...(build === undefined ? [] : [imageNames.node(build.project.node)])],
  },
  node: { lines: nodeDockerfile, images: ({ project }) => [imageNames.node(project.node)] },
  python: { lines: pythonDockerfile, images: ({ version }) => [imageNames.python(version)] },
  go: { lines: goDockerfile, images: ({ version }) => [imageNames.go(version), imageNames.debian] },
  rust: { lines: rustDockerfile, images: ({ version }) => [imageNames.rust(version), imageNames.debian] },
  java: {
    lines: javaDockerfile,
    images: ({ tool, version }) => [imageNames[tool](version), imageNames.jre(version)],
  },
};

/** The lines of the Dockerfile of one service. */
export function dockerfile(service: OwnService, pin: Pin): readonly string[] {
  const { image } = service.part;
  return recipeOf(image).lines(image, service, pin);
}

/** The images that a Dockerfile starts from. */
export function baseImagesOf(image: ImagePlan): readonly string[] {
  return recipeOf(image).images(image);
}

// A plan and the entry of its recipe belong together; the compiler cannot follow that through an index.
function recipeOf(image: ImagePlan): Recipe<ImagePlan> {
  return recipes[image.recipe] as unknown as Recipe<ImagePlan>;
}
