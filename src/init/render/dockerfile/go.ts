import { imageNames } from "../../base-images.ts";
import type { OwnService } from "../../design.ts";
import type { ImagePlan } from "../../model.ts";
import { appUser, ending, entrypoint } from "./parts.ts";
import type { Pin } from "./parts.ts";

export function goDockerfile(
  plan: Extract<ImagePlan, { recipe: "go" }>,
  service: OwnService,
  pin: Pin,
): readonly string[] {
  return [
    `FROM ${pin(imageNames.go(plan.version))} AS build`,
    "WORKDIR /src",
    `COPY go.mod ${plan.sums ? "go.sum " : ""}./`,
    "RUN --mount=type=cache,target=/go/pkg/mod go mod download",
    "COPY . .",
    "RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \\",
    `  CGO_ENABLED=${plan.cgo ? 1 : 0} go build -trimpath -ldflags="-s -w" -o /out/app ${plan.target}`,
    "",
    ...compiled(plan.folders, service, pin, "/out/app"),
  ];
}

/** The last stage of what is compiled to one program. */
export function compiled(
  folders: readonly string[],
  service: OwnService,
  pin: Pin,
  program: string,
): readonly string[] {
  return [
    `FROM ${pin(imageNames.debian)}`,
    "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/",
    `ENV ${Object.entries(service.part.environment)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
    "WORKDIR /app",
    ...entrypoint(service),
    ...folders.map((folder) => `COPY ${folder} ./${folder}`),
    `COPY --from=build ${program} /usr/local/bin/app`,
    ...ending(service, appUser, ["app"]),
  ];
}
