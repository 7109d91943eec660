import type { NodeProject } from "../../model.ts";

/** How a package manager installs exactly what its lockfile says, and takes away again what only the build needed. */
interface Install {
  /** To have it at all; npm comes with Node.js. */
  readonly setup: (version: string) => readonly string[];
  readonly cache: string;
  readonly locked: string;
  readonly unlocked: string;
  readonly prune: string;
}

const installs: Readonly<Record<NodeProject["manager"], Install>> = {
  npm: {
    setup: () => [],
    cache: "/root/.npm",
    locked: "npm ci",
    unlocked: "npm install",
    prune: "npm prune --omit=dev",
  },
  pnpm: {
    setup: (version) => [`RUN npm install --global pnpm@${version}`],
    cache: "/root/.local/share/pnpm/store",
    locked: "pnpm install --frozen-lockfile",
    unlocked: "pnpm install",
    prune: "CI=true pnpm prune --prod",
  },
  yarn: {
    // --force: the image may have another yarn.
    setup: (version) => [`RUN npm install --global --force yarn@${version}`],
    cache: "/usr/local/share/.cache/yarn",
    locked: "yarn install --frozen-lockfile",
    unlocked: "yarn install",
    prune: "yarn install --frozen-lockfile --production --ignore-scripts --prefer-offline",
  },
  "yarn-berry": {
    setup: (version) => [`RUN npm install --global --force @yarnpkg/cli-dist@${version}`],
    cache: "/root/.yarn/berry/cache",
    locked: "yarn install --immutable",
    unlocked: "yarn install",
    prune: "yarn workspaces focus --all --production",
  },
  bun: {
    setup: (version) => [`RUN npm install --global bun@${version}`],
    cache: "/root/.bun/install/cache",
    locked: "bun install --frozen-lockfile",
    unlocked: "bun install",
    prune: "rm -rf node_modules && bun install --frozen-lockfile --production",
  },
};

/** The stage with every package, those for development included. */
export function dependencies(project: NodeProject, base: string): readonly string[] {
  const { setup, cache, locked, unlocked } = installs[project.manager];
  const flat = project.manifests.filter((file) => !file.includes("/"));
  const deep = project.manifests.filter((file) => file.includes("/"));
  const install = project.lockfile === undefined ? unlocked : locked;
  return [
    `FROM ${base} AS dependencies`,
    ...setup(project.managerVersion ?? ""),
    "WORKDIR /app",
    `COPY ${flat.join(" ")} ./`,
    ...deep.map((file) => `COPY ${file} ${file.split("/").slice(0, -1).join("/")}/`),
    `RUN --mount=type=cache,target=${cache} ${install}${project.hasPackages ? "" : " && mkdir -p node_modules"}`,
    ...(project.generate === undefined
      ? []
      : [
          ...(project.below === "" ? [] : [`WORKDIR /app/${project.below}`]),
          `RUN ${project.generate.join(" ")}`,
          ...(project.below === "" ? [] : ["WORKDIR /app"]),
        ]),
  ];
}

export function prune(project: NodeProject): string {
  const { cache, prune: command } = installs[project.manager];
  return `RUN --mount=type=cache,target=${cache} ${command}`;
}

/** `/app`, or the part's folder below it. */
export function folderOf({ below }: NodeProject): string {
  return below === "" ? "/app" : `/app/${below}`;
}
