import { chooseVersion, compareVersions } from "../base-images.ts";
import type { Detector, Evidence, Place } from "../model.ts";
import { healthOf, portOf, readsOf } from "../reads.ts";
import { evidenceIn, firstOf, join, textOf } from "../view.ts";

export const springBoot: Detector = {
  framework: "Spring Boot",
  language: "java",
  detect(place) {
    const file = firstOf(place, ["pom.xml", "build.gradle", "build.gradle.kts"]);
    const text = file === undefined ? undefined : textOf(place, file);
    if (file === undefined || text === undefined || !/org\.springframework\.boot|spring-boot/.test(text))
      return undefined;
    const asked =
      /<java\.version>\s*([\d.]+)/.exec(text)?.[1] ??
      /<maven\.compiler\.(?:release|source)>\s*([\d.]+)/.exec(text)?.[1] ??
      /JavaLanguageVersion\.of\((\d+)\)/.exec(text)?.[1] ??
      /VERSION_(\d+)/.exec(text)?.[1];
    const chosen = chooseVersion("java", "Java", asked);
    const packages = artifactsOf(place, file, text);
    const actuator = packages.get("spring-boot-starter-actuator");
    const port = portOf(
      place,
      [
        /^server\.port\s*=\s*(?:\$\{[A-Z_]+:)?(\d{2,5})/m,
        /^server:\s*\n(?:\s+.*\n)*?\s+port:\s*(?:\$\{[A-Z_]+:)?(\d{2,5})/m,
      ],
      8080,
    );
    return {
      folder: place.folder,
      framework: "Spring Boot",
      language: "java",
      role: "api",
      certainty: "sure",
      evidence: [evidenceIn(place, file, /spring-boot/, `${file} with Spring Boot`)],
      image: {
        recipe: "java",
        version: chosen.version,
        tool: file === "pom.xml" ? "maven" : "gradle",
        unpacks: unpacks(text),
      },
      port: port.certainty === "guess" ? { value: 8080, certainty: "likely" } : port,
      health:
        actuator === undefined
          ? healthOf(place)
          : { value: "/actuator/health", certainty: "likely", evidence: actuator },
      // Requests that have arrived are answered before the process ends.
      environment: { SERVER_PORT: String(port.value), SERVER_SHUTDOWN: "graceful" },
      ...readsOf(place, "java", packages),
      release: undefined,
      workers: [],
      development: undefined,
      notes: chosen.note === undefined ? [] : [{ message: chosen.note }],
    };
  },
};

function artifactsOf(place: Place, file: string, text: string): ReadonlyMap<string, Evidence> {
  const pattern =
    file === "pom.xml" ? /<artifactId>\s*([\w.-]+)\s*<\/artifactId>/ : /["'][\w.-]+:([\w.-]+)(?::[^"']*)?["']/;
  return new Map(
    text.split("\n").flatMap((content, index) => {
      const name = pattern.exec(content)?.[1];
      return name === undefined
        ? []
        : [[name, { file: join(place.folder, file), line: index + 1, what: content.trim() }] as const];
    }),
  );
}

/** `java -Djarmode=tools` came with Spring Boot 3.3. */
function unpacks(text: string): boolean {
  const version =
    /spring-boot-starter-parent<\/artifactId>\s*<version>(\d+\.\d+)/.exec(text)?.[1] ??
    /org\.springframework\.boot["']\)?\s*version\s*["'](\d+\.\d+)/.exec(text)?.[1];
  return version !== undefined && compareVersions(version, "3.3") >= 0;
}
