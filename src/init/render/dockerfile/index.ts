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

/** The lines of the Dockerfile of one service. */
export function dockerfile(service: OwnService, pin: Pin): readonly string[] {
  const { image } = service.part;
  switch (image.recipe) {
    case "pages":
      return pagesDockerfile(image, service, pin);
    case "node":
      return nodeDockerfile(image, service, pin);
    case "python":
      return pythonDockerfile(image, service, pin);
    case "go":
      return goDockerfile(image, service, pin);
    case "rust":
      return rustDockerfile(image, service, pin);
    case "java":
      return javaDockerfile(image, service, pin);
  }
}

/** The images that a Dockerfile starts from. */
export function baseImagesOf(image: ImagePlan): readonly string[] {
  switch (image.recipe) {
    case "pages":
      return [imageNames.nginx, ...(image.build === undefined ? [] : [imageNames.node(image.build.project.node)])];
    case "node":
      return [imageNames.node(image.project.node)];
    case "python":
      return [imageNames.python(image.version)];
    case "go":
      return [imageNames.go(image.version), imageNames.debian];
    case "rust":
      return [imageNames.rust(image.version), imageNames.debian];
    case "java":
      return [
        image.tool === "maven" ? imageNames.maven(image.version) : imageNames.gradle(image.version),
        imageNames.jre(image.version),
      ];
  }
}
