import type { Check } from "../check.ts";
import { byRequest, count, inFile, known, knownBy, noFile, unknown, wholeFile } from "../check.ts";
import type { Evidence } from "../schema.ts";
import type { Seen } from "../seen/index.ts";
import { inWherryYaml, notTold, onGitHub } from "./ask.ts";

interface Named {
  readonly name: string;
  readonly evidence: Evidence;
}

/** Every environment that a file or GitHub names. */
function environmentsOf(seen: Seen): readonly Named[] {
  const { wherryYaml, pipelines, files } = seen;
  const own = (wherryYaml?.environments ?? []).map(({ name, line }) => ({
    name,
    evidence: inFile(wherryYaml?.file ?? { path: "" }, line, `environment ${name}`),
  }));
  const piped = pipelines.flatMap(({ file, environments }) =>
    environments
      .filter(({ name }) => !name.includes("$"))
      .map(({ name, line }) => ({ name, evidence: inFile(file, line, `environment: ${name}`) })),
  );
  const overlays = files
    .find(
      /(?:^|\/)(?:overlays|environments|envs)\/[\w-]+\/.+$|(?:^|\/)(?:docker-)?compose[.-](?:prod|production|staging|uat|dev|development|test)\.ya?ml$|(?:^|\/)(?:config\/)?deploy\.(?:production|staging|uat)\.ya?ml$/,
    )
    .map((file) => ({ name: environmentOfPath(file.path), evidence: wholeFile(file) }));
  const github = onGitHub(seen, "environments");
  const hosted = github.known
    ? github.value.map(({ name }) => ({ name, evidence: byRequest(github.asked, name) }))
    : [];
  return [...own, ...piped, ...overlays, ...hosted];
}

function environmentOfPath(path: string): string {
  return (
    /(?:overlays|environments|envs)\/([\w-]+)\//.exec(path)?.[1] ??
    /[.-](prod\w*|staging|uat|dev\w*|test)\.ya?ml$/.exec(path)?.[1] ??
    path
  );
}

/** `prod` and `production` are one. */
function different(named: readonly Named[]): readonly Named[] {
  const key = (name: string): string =>
    name
      .toLowerCase()
      .replace(/^prod.*/, "production")
      .replace(/^dev.*/, "development")
      .replace(/^stag.*/, "staging");
  return named.filter(({ name }, index) => named.findIndex((other) => key(other.name) === key(name)) === index);
}

function isProduction(name: string): boolean {
  return /^(?:prod|live|main$)/i.test(name);
}

const inCode =
  /\b(?:process\.env\b|os\.environ|os\.getenv|System\.getenv|ENV\[|ENV\.fetch|Environment\.GetEnvironmentVariable|std::env::var|os\.Getenv|getenv\()/;
const codeFile = /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php|ex|exs|vue|svelte)$/;

export const environments: readonly Check[] = [
  {
    id: "environments.described",
    question: "Is it written down which environments there are?",
    looks:
      "wherry.yaml, environments of pipelines and of GitHub, folders and compose files named for environments. 0: none is named, 2: named in parts, 3: wherry.yaml says what each one is.",
    weight: 4,
    effort: "an hour",
    best: 3,
    closes:
      "write `wherry.yaml` with each environment, its server and its values, and look at it with `wherry config -e NAME`",
    answer(seen) {
      const all = environmentsOf(seen);
      const own = seen.wherryYaml?.environments ?? [];
      if (own.length > 0)
        return knownBy(
          3,
          `wherry.yaml describes ${own.map(({ name }) => name).join(", ")}`,
          all.map(({ evidence }) => evidence),
        );
      const some = different(all);
      if (some.length > 0)
        return knownBy(
          2,
          `Named are ${some.map(({ name }) => name).join(", ")}`,
          some.map(({ evidence }) => evidence),
        );
      return known(
        0,
        "No environment is named in the repository",
        noFile(seen, "wherry.yaml, environment of a pipeline, or file named for an environment"),
      );
    },
  },
  {
    id: "environments.before-production",
    question: "Is there an environment where a release is tried before production?",
    looks: "The environments that are named. 0: only one is, 3: one beside production is. Unknown where none is named.",
    weight: 4,
    effort: "a day",
    best: 3,
    closes:
      "add an environment beside production under `environments:` in `wherry.yaml`; the same server will do at first",
    after: "environments.described",
    answer(seen) {
      const named = different(environmentsOf(seen));
      if (named.length === 0) return unknown("no environment is named anywhere");
      const before = named.filter(({ name }) => !isProduction(name));
      const production = named.filter(({ name }) => isProduction(name));
      if (before.length > 0 && named.length > 1)
        return knownBy(
          3,
          `${before.map(({ name }) => name).join(", ")} beside ${production[0]?.name ?? "the others"}`,
          named.map(({ evidence }) => evidence),
        );
      return knownBy(
        0,
        `The only environment that is named is ${named[0]?.name ?? ""}`,
        named.map(({ evidence }) => evidence),
      );
    },
  },
  {
    id: "environments.development",
    question: "Can somebody new start the app on a laptop?",
    looks:
      "compose files, dev containers, Nix, tool versions. 0: none, 1: versions of tools only, 3: something that starts the app with what it needs.",
    weight: 3,
    effort: "a day",
    best: 3,
    closes:
      "`wherry init` writes `compose.yaml` and what a laptop needs beside it; one line in the README: `docker compose up`",
    answer(seen) {
      const starts = [
        ...seen.composeFiles.map(({ file }) => file),
        ...seen.files.find(
          /^\.devcontainer(?:\/.+)?\.json$|^(?:flake|shell|devenv)\.nix$|(?:^|\/)Vagrantfile$|^Tiltfile$|^skaffold\.yaml$/,
        ),
      ];
      if (starts.length > 0)
        return knownBy(
          3,
          "There are files that start the app with what it needs",
          starts.map((file) => wholeFile(file)),
        );
      const versions = seen.files.find(
        /^(?:\.tool-versions|mise\.toml|\.mise\.toml|\.nvmrc|\.node-version|\.python-version|\.ruby-version|rust-toolchain(?:\.toml)?)$/,
      );
      if (versions.length > 0)
        return knownBy(
          1,
          "The versions of tools are written down; the rest is for everybody to find out",
          versions.map((file) => wholeFile(file)),
        );
      return known(
        0,
        "Nothing in the repository starts the app on another machine",
        noFile(seen, "compose file, dev container, Nix file or list of tool versions"),
      );
    },
  },
  {
    id: "environments.settings",
    question: "Are the settings that the app takes from its environment written down?",
    looks:
      "Code that reads environment variables, and .env.example, values: of wherry.yaml or a schema. 1: read and not listed, 3: listed. Unknown where no code reads any.",
    weight: 2,
    effort: "an hour",
    best: 3,
    closes: "write `.env.example` with every variable, an example value and what it is for; never a real secret",
    answer(seen) {
      const listed = [
        ...seen.files
          .find(
            /(?:^|\/)\.?env\.(?:example|sample|template|dist)$|(?:^|\/)\.env\.(?:example|sample|template|dist)(?:\.\w+)?$/,
          )
          .map((file) => wholeFile(file)),
        ...inWherryYaml(seen, "values"),
      ];
      if (listed.length > 0) return knownBy(3, "The settings are listed", listed);
      for (const file of seen.files.find(codeFile)) {
        const line = file.lines.findIndex((text) => inCode.test(text));
        if (line !== -1)
          return known(
            1,
            "The code reads environment variables that no file lists",
            inFile(file, line + 1, file.lines[line] ?? ""),
          );
      }
      return unknown("no code that reads environment variables was found");
    },
  },
  {
    id: "environments.guarded",
    question: "Does the host guard deployments to production?",
    looks:
      "Protection rules and branch policies of the environment for production on GitHub. 0: none, 3: reviewers, waiting time, or branches that may deploy.",
    weight: 2,
    effort: "minutes",
    best: 3,
    closes: "GitHub: Settings > Environments > production: allow only the tags or branches that are released",
    after: "environments.described",
    answer(seen) {
      const environments = onGitHub(seen, "environments");
      if (!environments.known) return notTold(environments);
      const production = environments.value.find(({ name }) => isProduction(name));
      if (production === undefined)
        return unknown(
          "GitHub has no environment for production",
          byRequest(environments.asked, count(environments.value.length, "environment")),
        );
      const rules = (production.protection_rules ?? []).map(({ type }) => type);
      const policy = production.deployment_branch_policy !== null && production.deployment_branch_policy !== undefined;
      if (rules.length === 0 && !policy)
        return known(
          0,
          `Every branch may deploy to ${production.name}`,
          byRequest(environments.asked, `${production.name}: no rule`),
        );
      return known(
        3,
        `${production.name} is guarded`,
        byRequest(environments.asked, [...rules, ...(policy ? ["branch policy"] : [])].join(", ")),
      );
    },
  },
];
