import { readPackage, runScript } from "../init/index.ts";
import type { NamedPart, NodeProject, Repository } from "../init/index.ts";
import type { CheckKind, Command, Toolchain } from "./model.ts";

/** What is run for a part: from its scripts, its Makefile, or the usual tools of its language where it has them. */

export interface PartCommands {
  readonly folder: string;
  readonly toolchain: Toolchain;
  readonly install: readonly Command[];
  readonly checks: Readonly<Record<CheckKind, readonly Command[]>>;
  readonly notes: readonly string[];
}

const titles: Readonly<Record<CheckKind, string>> = {
  lint: "Lint",
  types: "Type check",
  unit: "Unit tests",
  integration: "Integration tests",
};

/** Names that people give to scripts and targets, the best first. */
const scriptNames: Readonly<Record<CheckKind, readonly string[]>> = {
  lint: ["lint:check", "lint"],
  types: ["typecheck", "type-check", "check-types", "check:types", "tsc"],
  unit: ["test:unit", "test"],
  integration: ["test:integration", "integration", "test:e2e", "e2e"],
};

const kinds = Object.keys(titles) as readonly CheckKind[];

/** Undefined where nothing can be run for it: pages without a build, a package manager that no job can get safely. */
export function commandsOf(part: NamedPart, repository: Repository): PartCommands | undefined {
  const own = languageCommands(part, repository);
  if (own === undefined) return undefined;
  const make = makeTargets(repository.texts.get(path(part.folder, "Makefile")));
  const checks = Object.fromEntries(
    kinds.map((kind) => {
      const target = scriptNames[kind].map((name) => name.replaceAll(":", "-")).find((name) => make.has(name));
      const found = own.checks[kind];
      return [kind, found.length > 0 || target === undefined ? found : [command(kind, `make ${target}`)]];
    }),
  ) as Record<CheckKind, readonly Command[]>;
  return { ...own, checks };
}

function languageCommands(part: NamedPart, repository: Repository): PartCommands | undefined {
  const { image, folder } = part;
  if (image.recipe === "node") return nodeCommands(part, repository, image.project);
  if (image.recipe === "pages")
    return image.build === undefined ? undefined : nodeCommands(part, repository, image.build.project);
  if (image.recipe === "python") return pythonCommands(part, repository, image);
  if (image.recipe === "go") {
    return {
      folder,
      toolchain: { language: "go", version: image.version, sums: image.sums ? path(folder, "go.sum") : undefined },
      install: [],
      checks: {
        lint: [
          command(
            "lint",
            'unformatted="$(gofmt -l .)"\nprintf \'%s\\n\' "$unformatted"\ntest -z "$unformatted"\ngo vet ./...',
          ),
        ],
        types: [],
        unit: [command("unit", "go test ./...")],
        integration: [],
      },
      notes: [],
    };
  }
  if (image.recipe === "rust") {
    const locked = image.locked ? " --locked" : "";
    return {
      folder,
      toolchain: { language: "rust", version: image.version },
      install: [],
      checks: {
        lint: [command("lint", `cargo fmt --check\ncargo clippy${locked} --all-targets`)],
        types: [],
        unit: [command("unit", `cargo test${locked}`)],
        integration: [],
      },
      notes: [],
    };
  }
  const has = (name: string): boolean => repository.files.includes(path(folder, name));
  const tool = image.tool === "maven" ? (has("mvnw") ? "sh mvnw" : "mvn") : has("gradlew") ? "sh gradlew" : "gradle";
  return {
    folder,
    toolchain: { language: "java", version: image.version },
    install: [],
    checks: {
      lint: [],
      types: [],
      unit: [command("unit", image.tool === "maven" ? `${tool} --batch-mode verify` : `${tool} check`)],
      integration: [],
    },
    notes: [],
  };
}

function nodeCommands(part: NamedPart, repository: Repository, project: NodeProject): PartCommands | undefined {
  const manager = project.manager === "yarn-berry" ? "yarn" : project.manager;
  if (manager === "bun") {
    return undefined;
  }
  const { folder } = part;
  const json = readPackage({ repository, folder });
  const top = project.root === folder ? json : readPackage({ repository, folder: project.root });
  const scripts = json?.scripts ?? {};
  const scripted = (kind: CheckKind): readonly Command[] => {
    const name = scriptNames[kind].find((one) => scripts[one] !== undefined && !isPlaceholder(scripts[one]));
    return name === undefined ? [] : [command(kind, runScript(project.manager, name).join(" "))];
  };
  const typescript = { ...top?.devDependencies, ...top?.dependencies, ...json?.devDependencies, ...json?.dependencies };
  const types = scripted("types");
  const compiled = typescript["typescript"] !== undefined && repository.files.includes(path(folder, "tsconfig.json"));
  const [unit, integration] = [scripted("unit"), scripted("integration")];
  return {
    folder,
    toolchain: {
      language: "node",
      version: project.node,
      manager,
      lockfile: project.lockfile === undefined ? undefined : path(project.root, project.lockfile),
    },
    install: installNode(project),
    checks: {
      lint: scripted("lint"),
      // A framework brings its own checker, which reads more than TypeScript files.
      types:
        types.length > 0 ||
        !compiled ||
        ["svelte", "vue", "astro", "nuxt"].some((name) => typescript[name] !== undefined)
          ? types
          : [command("types", `${execute[manager]} tsc --noEmit`)],
      unit,
      integration,
    },
    notes: [
      ...(unit.length + integration.length === 0 ? [`${part.name}: package.json has no script for tests`] : []),
      ...(manager !== "npm" && top?.packageManager === undefined
        ? [
            `${part.name}: write "packageManager": "${manager}@VERSION" into package.json, so that each run takes the same ${manager}`,
          ]
        : []),
    ],
  };
}

const execute = { npm: "npx --no-install", pnpm: "pnpm exec", yarn: "yarn" } as const;

/** What `npm init` writes where there are no tests: it always fails. */
function isPlaceholder(script: string | undefined): boolean {
  return script?.includes("no test specified") === true;
}

function installNode({ manager, lockfile, hasPackages, generate, below }: NodeProject): readonly Command[] {
  if (!hasPackages) return [];
  const frozen = {
    npm: lockfile === undefined ? "npm install" : "npm ci",
    pnpm: "pnpm install --frozen-lockfile",
    yarn: "yarn install --frozen-lockfile",
    "yarn-berry": "yarn install --immutable",
    bun: "bun install --frozen-lockfile",
  }[manager];
  return [
    { title: "Install packages", run: manager === "npm" ? frozen : `corepack enable\n${frozen}` },
    ...(generate === undefined || below !== "" ? [] : [{ title: "Generate sources", run: generate.join(" ") }]),
  ];
}

/** Exact versions of what installs packages and is not on the runner. */
const pythonTools = { uv: "0.13.9", poetry: "2.5.1" };

function pythonCommands(
  part: NamedPart,
  repository: Repository,
  { version, install }: Extract<NamedPart["image"], { recipe: "python" }>,
): PartCommands {
  const { folder, name } = part;
  const text = (file: string): string => repository.texts.get(path(folder, file)) ?? "";
  const development = repository.files
    .filter((file) => file.startsWith(folder === "" ? "" : `${folder}/`))
    .map((file) => file.slice(folder === "" ? 0 : folder.length + 1))
    .filter((file) => /^requirements[-_./]?(?:dev|test)s?\.txt$|^(?:dev|test)-requirements\.txt$/.test(file));
  const known = ["requirements.txt", "pyproject.toml", ...development].map(text).join("\n");
  const uses = (tool: string): boolean =>
    new RegExp(String.raw`(?:^|["'\s])${tool}(?=$|["'\s=<>~!\[;,])`, "m").test(known);
  const prefix = {
    uv: `pipx run --spec uv==${pythonTools.uv} uv run `,
    poetry: `pipx run --spec poetry==${pythonTools.poetry} poetry run `,
    requirements: "",
    project: "",
  }[install];
  const python = `${prefix}python -m`;
  const installs = {
    uv: `pipx run --spec uv==${pythonTools.uv} uv sync --locked --all-groups`,
    poetry: `pipx run --spec poetry==${pythonTools.poetry} poetry install --no-interaction`,
    requirements: ["requirements.txt", ...development]
      .map((file) => `python -m pip install --requirement ${file}`)
      .join("\n"),
    project: "python -m pip install .",
  }[install];
  const django = repository.files.includes(path(folder, "manage.py"));
  const unit = uses("pytest") ? `${python} pytest` : django ? `${prefix}python manage.py test` : undefined;
  return {
    folder,
    toolchain: { language: "python", version },
    install: [{ title: "Install packages", run: installs }],
    checks: {
      lint: uses("ruff")
        ? [command("lint", `${python} ruff check .`)]
        : uses("flake8")
          ? [command("lint", `${python} flake8 .`)]
          : [],
      types: uses("mypy") ? [command("types", `${python} mypy .`)] : [],
      unit: unit === undefined ? [] : [command("unit", unit)],
      integration: [],
    },
    notes: unit === undefined ? [`${name}: no pytest among its packages, so no tests are run`] : [],
  };
}

function makeTargets(makefile: string | undefined): ReadonlySet<string> {
  return new Set([...(makefile ?? "").matchAll(/^([a-z][a-z0-9-]*)\s*:(?!=)/gm)].map(([, target]) => target ?? ""));
}

function command(kind: CheckKind, run: string): Command {
  return { title: titles[kind], run };
}

/** Joins a folder, which may be empty, and a path below it. */
export function path(folder: string, below: string): string {
  if (below === "" || below === ".") return folder;
  return folder === "" ? below : `${folder}/${below}`;
}
