import { imageNames } from "../../base-images.ts";
import type { OwnService } from "../../design.ts";
import type { ImagePlan } from "../../model.ts";
import { compiled } from "./go.ts";
import type { Pin } from "./parts.ts";

export function rustDockerfile(
  plan: Extract<ImagePlan, { recipe: "rust" }>,
  service: OwnService,
  pin: Pin,
): readonly string[] {
  return [
    `FROM ${pin(imageNames.rust(plan.version))} AS build`,
    "WORKDIR /src",
    "COPY . .",
    "RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \\",
    `  cargo build --release ${plan.locked ? "--locked " : ""}--bin ${plan.binary} && install -D target/release/${plan.binary} /out/app`,
    "",
    ...compiled(plan.folders, service, pin, "/out/app"),
  ];
}
