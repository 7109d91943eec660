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
    "# cargo goes by the age of files, and an older commit is no older program: own sources are always compiled, crates once.",
    `RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,id=target-${plan.binary},target=/src/target \\`,
    "  find . -path ./target -prune -o -name '*.rs' -exec touch {} + && \\",
    `  cargo build --release ${plan.locked ? "--locked " : ""}--bin ${plan.binary} && install -D target/release/${plan.binary} /out/app`,
    "",
    ...compiled(plan.folders, service, pin, "/out/app"),
  ];
}
