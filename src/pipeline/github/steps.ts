import type { Database, PartStage, Pipeline, Toolchain } from "../model.ts";
import { wherryFolder } from "../wherry-package.ts";
import { remarked, uses } from "./yaml.ts";

/** Jobs and steps that several workflows have. */

export type Step = Readonly<Record<string, unknown>>;
export type Job = Readonly<Record<string, unknown>>;

/** May jobs restore what other runs have left? Never where something is released. */
export type Caching = "cache" | "no cache";

export const runner = "ubuntu-24.04";

export const readContents = { contents: remarked("read", "to check out the commit") };

/** Node.js for Wherry itself. */
const nodeVersion = "24";

const wherry = `${wherryFolder}/node_modules/.bin/wherry`;

/** The start of a command line of Wherry: fixed text. */
export function wherryCommand({ folder }: Pipeline, words: string): string {
  return `${wherry} ${words}${folder === "" ? "" : ' --directory "$APP_FOLDER"'}`;
}

/** Variables that `wherryCommand` needs. */
export function wherryVariables({ folder }: Pipeline): Readonly<Record<string, string>> {
  return folder === "" ? {} : { APP_FOLDER: folder };
}

/**
 * @param history `whole`: all commits, branches and tags, for questions to git.
 * @param commit where it is not that of the run
 */
export function checkOut(history: "commit" | "whole" = "commit", commit?: string): Step {
  return {
    name: "Check out",
    uses: uses("actions/checkout"),
    with: {
      "persist-credentials": false,
      ...(commit === undefined ? {} : { ref: commit }),
      ...(history === "whole" ? { "fetch-depth": 0 } : {}),
    },
  };
}

/** Wherry by its lockfile: npm refuses a package with another hash, and runs nothing of it while it installs. */
export function installWherry(): readonly Step[] {
  return [
    {
      name: "Node.js",
      uses: uses("actions/setup-node"),
      with: { "node-version": nodeVersion, "package-manager-cache": false },
    },
    {
      name: "Wherry",
      run: "npm ci --ignore-scripts --no-audit --no-fund",
      "working-directory": wherryFolder,
    },
  ];
}

function setUp(toolchain: Toolchain, caching: Caching): Step {
  const cached = caching === "cache";
  if (toolchain.language === "node") {
    // The caches of pnpm and yarn need these programs before this step, and corepack brings them after it.
    const packages = cached && toolchain.manager === "npm" && toolchain.lockfile !== undefined;
    const cache = packages
      ? { cache: "npm", "cache-dependency-path": toolchain.lockfile }
      : { "package-manager-cache": false };
    return {
      name: "Node.js",
      uses: uses("actions/setup-node"),
      with: { "node-version": toolchain.version, ...cache },
    };
  }
  if (toolchain.language === "python")
    return { name: "Python", uses: uses("actions/setup-python"), with: { "python-version": toolchain.version } };
  if (toolchain.language === "go") {
    const cache =
      cached && toolchain.sums !== undefined ? { "cache-dependency-path": toolchain.sums } : { cache: false };
    return { name: "Go", uses: uses("actions/setup-go"), with: { "go-version": toolchain.version, ...cache } };
  }
  if (toolchain.language === "rust") {
    return {
      name: "Rust",
      env: { RUST_VERSION: toolchain.version },
      // On the runner there is rustup, which checks what it downloads.
      run: 'rustup toolchain install "$RUST_VERSION" --profile minimal --component clippy,rustfmt\nrustup default "$RUST_VERSION"',
    };
  }
  const java = { distribution: "temurin", "java-version": toolchain.version };
  return { name: "Java", uses: uses("actions/setup-java"), with: java };
}

/** The jobs that look at the parts: lint, types and unit tests together, tests that need databases beside them. */
export function partJobs({ parts }: Pipeline, caching: Caching): Readonly<Record<string, Job>> {
  return Object.fromEntries(
    parts.flatMap((part) => {
      const { lint, types, unit, integration } = part.checks;
      const quick = [...lint, ...types, ...unit];
      return [
        ...(quick.length === 0
          ? []
          : // Where there is one script for all tests, it may need what integration tests need.
            [
              [
                `check-${part.name}`,
                partJob(part, `Check ${part.name}`, quick, caching, integration.length === 0),
              ] as const,
            ]),
        ...(integration.length === 0
          ? []
          : [
              [
                `integrate-${part.name}`,
                partJob(part, `Integration tests of ${part.name}`, integration, caching, true),
              ] as const,
            ]),
      ];
    }),
  );
}

function partJob(
  part: PartStage,
  name: string,
  commands: PartStage["install"],
  caching: Caching,
  withDatabases: boolean,
): Job {
  const databases = withDatabases ? part.databases : [];
  const inFolder = part.folder === "" ? {} : { "working-directory": part.folder };
  return {
    name,
    "runs-on": runner,
    "timeout-minutes": 30,
    permissions: readContents,
    ...(databases.length === 0 ? {} : { services: servicesOf(databases), env: part.variables }),
    steps: [
      checkOut(),
      setUp(part.toolchain, caching),
      ...[...part.install, ...commands].map(({ title, run }) => ({ name: title, run, ...inFolder })),
    ],
  };
}

function servicesOf(databases: readonly Database[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    databases.map(({ name, image, port, environment, health }) => [
      name.replaceAll(/[^\w-]/g, "-"),
      {
        image,
        ...(Object.keys(environment).length === 0 ? {} : { env: environment }),
        ports: [`${port}:${port}`],
        options: `--health-cmd "${health}" --health-interval 5s --health-timeout 5s --health-retries 24`,
      },
    ]),
  );
}

/** Wherry's own check of what each environment would get. */
export function checkJob(pipeline: Pipeline): Job {
  return {
    name: "Check what is deployed",
    "runs-on": runner,
    "timeout-minutes": 15,
    permissions: readContents,
    steps: [
      checkOut("whole"),
      ...installWherry(),
      ...pipeline.environments.map(({ name }) => ({
        name: `Check ${name}`,
        env: { ENVIRONMENT: name, ...wherryVariables(pipeline) },
        run: wherryCommand(pipeline, 'check --format github --environment "$ENVIRONMENT"'),
      })),
    ],
  };
}
