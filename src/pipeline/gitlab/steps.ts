import { variablesAt } from "../databases.ts";
import type { Database, PartStage, Pipeline, Toolchain } from "../model.ts";
import { wherryIn } from "../scripts.ts";

/** What several jobs of GitLab have in common: images, Wherry, databases beside a job. */

export type Job = Readonly<Record<string, unknown>>;

/** Image names with the digest that a registry told for them. */
export type Pin = (image: string) => string;

export const wherryFolder = ".gitlab/wherry";

/** Docker's own command line with compose, buildx, git and ssh; Node.js is added where it is not there. */
const dockerImage = "docker:28-cli";
/** The engine beside it, which builds images. It needs a privileged runner, as those of GitLab.com are. */
const engineImage = "docker:28-dind";

export function wherryCommand(pipeline: Pipeline): (words: string) => string {
  return wherryIn(wherryFolder, pipeline);
}

/** Exact version of what runs uv and poetry. */
const pipx = "1.7.1";

/** The image of a toolchain, and what its jobs need to be there besides. */
export function toolchainOf(part: PartStage): { readonly image: string; readonly prepare: readonly string[] } {
  const { toolchain } = part;
  const runs = [...part.install, ...Object.values(part.checks).flat()].map(({ run }) => run);
  return { image: imageOf(toolchain, runs), prepare: prepare(toolchain, runs) };
}

function imageOf({ language, version }: Toolchain, runs: readonly string[]): string {
  if (language !== "java")
    return `${{ node: "node", python: "python", go: "golang", rust: "rust" }[language]}:${version}`;
  if (runs.some((run) => run.startsWith("mvn "))) return `maven:3.9-eclipse-temurin-${version}`;
  return runs.some((run) => run.startsWith("gradle ")) ? `gradle:8-jdk${version}` : `eclipse-temurin:${version}`;
}

function prepare({ language }: Toolchain, runs: readonly string[]): readonly string[] {
  if (language === "rust") return ["rustup component add clippy rustfmt"];
  return runs.some((run) => run.startsWith("pipx ")) ? [`python -m pip install --quiet pipx==${pipx}`] : [];
}

/** Every image that jobs of this pipeline run in, without digests. */
export function imagesOf(pipeline: Pipeline, others: readonly string[]): readonly string[] {
  return [...new Set([...pipeline.parts.map((part) => toolchainOf(part).image), dockerImage, engineImage, ...others])];
}

/** Hidden job that those of Wherry extend: itself by its lockfile, the whole history for questions to git. */
export function wherryTemplate(pin: Pin): Job {
  return {
    image: pin(dockerImage),
    variables: { GIT_DEPTH: "0" },
    before_script: [
      "command -v npm > /dev/null || apk add --quiet --no-cache nodejs npm",
      `(cd ${wherryFolder} && npm ci --ignore-scripts --no-audit --no-fund)`,
    ],
  };
}

/** A Docker engine for the time of one job. */
export function engine(pin: Pin): Job {
  return {
    services: [{ name: pin(engineImage), alias: "docker" }],
    variables: {
      DOCKER_HOST: "tcp://docker:2376",
      DOCKER_TLS_CERTDIR: "/certs",
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: "/certs/client",
    },
  };
}

/** Databases as services. A job finds them by name, and not on its own machine as elsewhere. */
export function beside(part: PartStage, pin: Pin): Job {
  const alias = ({ name }: Database): string => name.replaceAll(/[^\w-]/g, "-");
  return {
    services: part.databases.map((database) => ({
      name: pin(database.image),
      alias: alias(database),
      ...(Object.keys(database.environment).length === 0 ? {} : { variables: database.environment }),
    })),
    variables: variablesAt(part, (database) => ({ host: alias(database), port: database.port })),
  };
}
