import { imageNames } from "../../base-images.ts";
import type { OwnService } from "../../design.ts";
import type { ImagePlan } from "../../model.ts";
import { dependencies, folderOf, prune } from "./packages.ts";
import { ending, entrypoint, run } from "./parts.ts";
import type { Pin } from "./parts.ts";

type NodePlan = Extract<ImagePlan, { recipe: "node" }>;

export function nodeDockerfile(plan: NodePlan, service: OwnService, pin: Pin): readonly string[] {
  const { project } = plan;
  const folder = folderOf(project);
  const base = pin(imageNames.node(project.node));
  // bun is no part of the image: it stays for an app that runs on it.
  const last = plan.start[0] === "bun" ? "dependencies" : base;
  const start = plan.start.map((word) =>
    project.below !== "" && project.manager !== "pnpm" && word.startsWith("node_modules/.bin/") ? `/app/${word}` : word,
  );
  return [
    "# Every package, also those that only the build needs.",
    ...dependencies(project, base),
    "",
    ...(plan.keep.what === "all" && plan.prune
      ? [
          "# Without the packages for development. They change less often than the code, and so are a layer of their own.",
          "FROM dependencies AS packages",
          prune(project),
          "",
        ]
      : []),
    ...(plan.build === undefined ? [] : [...build(plan, plan.build, folder), ""]),
    `FROM ${last}`,
    ...environment(service),
    "WORKDIR /app",
    ...entrypoint(service),
    ...(plan.keep.what === "all"
      ? all(plan)
      : plan.keep.copy.map(({ from, to }) => `COPY --from=build ${folder}/${from} ./${to === "." ? "" : to}`)),
    ...(folder === "/app" || plan.keep.what === "output" ? [] : [`WORKDIR ${folder}`]),
    ...(plan.writable.length === 0
      ? []
      : [`RUN mkdir -p ${plan.writable.join(" ")} && chown -R node:node ${plan.writable.join(" ")}`]),
    ...ending(service, "node", start),
  ];
}

function build(plan: NodePlan, command: readonly string[], folder: string): readonly string[] {
  const { project } = plan;
  const whole = project.workspaceBuild;
  const clean = plan.keep.what === "all" ? " && find /app -name node_modules -prune -exec rm -rf {} +" : "";
  return [
    "FROM dependencies AS build",
    "COPY . .",
    ...(whole || folder === "/app" ? [] : [`WORKDIR ${folder}`]),
    `RUN ${run(command)}${clean}`,
  ];
}

function all(plan: NodePlan): readonly string[] {
  const from = plan.prune ? "packages" : "dependencies";
  return [`COPY --from=${from} /app ./`, plan.build === undefined ? "COPY . ." : "COPY --from=build /app ./"];
}

function environment(service: OwnService): readonly string[] {
  const values = { NODE_ENV: "production", ...service.part.environment };
  return [
    `ENV ${Object.entries(values)
      .map(([name, value]) => `${name}=${/^[\w.:/-]*$/.test(value) ? value : JSON.stringify(value)}`)
      .join(" ")}`,
  ];
}
