import { defineConfig } from "oxlint";

/**
 * The layer rules: core <- system <- rooms <- cli. This table is the only place that knows them.
 * A room enters another through its door, index.ts, and nothing imports the command line.
 */
const layers: Readonly<Record<string, readonly string[]>> = {
  core: [],
  system: ["core"],
  cli: ["*"],
  "*": ["*", "!cli", "!dashboard"],
};

/** What touches the world; only system/ may. */
const effects = ["child_process", "fs", "fs/promises", "net", "http", "https", "tls", "dgram", "dns", "sqlite"];

const banned = {
  effects: [...effects.flatMap((name) => [name, `node:${name}`]), "execa"].map((name) => ({
    name,
    message: "Only src/system/ touches the world; use what Context offers.",
    allowTypeImports: true,
  })),
  stricli: [
    { name: "@stricli/core", message: "Only src/cli/command.ts and src/cli/app.ts know the command line parser." },
  ],
};

// A file in src/room/a/b.ts leaves its room by ../../, one in src/room/a.ts by ../
const depths = [
  { files: "*.ts", up: ".." },
  { files: "*/*.ts", up: "../.." },
  { files: "*/*/*.ts", up: "../../.." },
];

function doors(up: string, allowed: readonly string[]): { group: string[]; message: string }[] {
  const open = allowed.filter((name) => !name.startsWith("!"));
  const shut = allowed.filter((name) => name.startsWith("!")).map((name) => name.slice(1));
  return [
    {
      group: [
        `${up}/*/**`,
        "!../../package.json",
        ...open.map((name) => `!${up}/${name}/index.ts`),
        ...shut.map((name) => `${up}/${name}/**`),
      ],
      message: "core <- system <- rooms <- cli, and into a room only through its index.ts.",
    },
  ];
}

function layerRules(folder: string, allowed: readonly string[]) {
  return depths.map(({ files, up }) => ({
    files: [`src/${folder}/${files}`],
    rules: {
      "no-restricted-imports": [
        "error" as const,
        {
          paths: [...(folder === "system" ? [] : banned.effects), ...banned.stricli],
          patterns: doors(up, allowed),
        },
      ],
    },
  }));
}

export default defineConfig({
  plugins: ["typescript", "import", "unicorn", "oxc", "promise", "node", "vitest"],
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: [
    "dist/**",
    "examples/**",
    "test/apps/**",
    "test/init/apps/**",
    "bench/*/app/**",
    "test/**/golden/**",
  ],
  rules: {
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/consistent-type-imports": "error",
    "import/no-cycle": "error",
    "import/no-default-export": "error",
    "no-console": "error",
    "no-eval": "error",
    "no-var": "error",
    "prefer-const": "error",
    eqeqeq: ["error", "always", { null: "ignore" }],
    "no-shadow": "off",
    "unicorn/consistent-function-scoping": "off",
    "import/no-named-as-default-member": "off",
    "import/no-unassigned-import": "off",
    // Parsers narrow what they have just checked; the rule cannot tell that from a lie.
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/no-generated-empty-object-type": "off",
    "vitest/no-conditional-expect": "off",
    "vitest/expect-expect": "off",
    "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
  },
  overrides: [
    ...Object.entries(layers)
      .toSorted(([a], [b]) => Number(b === "*") - Number(a === "*"))
      .flatMap(([folder, allowed]) => layerRules(folder, allowed)),
    {
      files: ["src/cli/command.ts", "src/cli/app.ts"],
      rules: {
        "no-restricted-imports": ["error", { paths: [...banned.effects], patterns: doors("..", layers["cli"] ?? []) }],
      },
    },
    { files: ["*.config.ts", "src/**/*.d.ts"], rules: { "import/no-default-export": "off" } },
    {
      files: ["scripts/**", "testbed/**", "bench/**", "test/**"],
      rules: {
        "no-console": "off",
        "max-lines": "off",
        "no-control-regex": "off",
        "typescript/no-unnecessary-type-parameters": "off",
      },
    },
  ],
});
