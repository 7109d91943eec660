import { imageNames } from "../../base-images.ts";
import type { OwnService } from "../../design.ts";
import type { ImagePlan } from "../../model.ts";
import { appUser, ending, entrypoint } from "./parts.ts";
import type { Pin } from "./parts.ts";

type JavaPlan = Extract<ImagePlan, { recipe: "java" }>;

export function javaDockerfile(plan: JavaPlan, service: OwnService, pin: Pin): readonly string[] {
  const [image, cache, command, folder] =
    plan.tool === "maven"
      ? [imageNames.maven(plan.version), "/root/.m2", "mvn --batch-mode --quiet -DskipTests package", "target"]
      : [imageNames.gradle(plan.version), "/home/gradle/.gradle", "gradle --no-daemon --quiet bootJar", "build/libs"];
  // Build tools leave other archives beside it.
  const pick = `find ${folder} -maxdepth 1 -name '*.jar' ! -name '*-plain.jar' ! -name '*-sources.jar' -exec cp {} /out/app.jar ';'`;
  return [
    `FROM ${pin(image)} AS build`,
    "WORKDIR /src",
    "COPY . .",
    `RUN --mount=type=cache,target=${cache} ${command} && mkdir /out && ${pick}`,
    ...(plan.unpacks ? ["RUN java -Djarmode=tools -jar /out/app.jar extract --destination /out/app"] : []),
    "",
    `FROM ${pin(imageNames.jre(plan.version))}`,
    `ENV ${Object.entries(service.part.environment)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
    "WORKDIR /app",
    ...entrypoint(service),
    ...(plan.unpacks
      ? [
          "# Libraries change less often than the code, and so are a layer of their own.",
          "COPY --from=build /out/app/lib ./lib",
          "COPY --from=build /out/app/app.jar ./",
        ]
      : ["COPY --from=build /out/app.jar ./"]),
    ...ending(service, appUser, ["java", "-XX:MaxRAMPercentage=75", "-jar", "app.jar"]),
  ];
}
