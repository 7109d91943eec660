import { dirname } from "node:path/posix";
import type { Check } from "../check.ts";
import { count, inFile, known, knownBy, noFile, unknown, wholeFile } from "../check.ts";
import type { Evidence } from "../schema.ts";
import { baseImages } from "../seen/dockerfile.ts";
import { lastStage } from "../seen/index.ts";
import type { Seen } from "../seen/index.ts";

/** Manifests of dependencies, and the files that lock them. */
const managers: readonly { readonly manifest: RegExp; readonly locks: readonly string[]; readonly command: string }[] =
  [
    {
      manifest: /(?:^|\/)package\.json$/,
      locks: ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"],
      command: "npm install",
    },
    {
      manifest: /(?:^|\/)pyproject\.toml$/,
      locks: ["poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "requirements.txt"],
      command: "uv lock",
    },
    { manifest: /(?:^|\/)Pipfile$/, locks: ["Pipfile.lock"], command: "pipenv lock" },
    { manifest: /(?:^|\/)Gemfile$/, locks: ["Gemfile.lock"], command: "bundle lock" },
    { manifest: /(?:^|\/)composer\.json$/, locks: ["composer.lock"], command: "composer update --lock" },
    { manifest: /(?:^|\/)Cargo\.toml$/, locks: ["Cargo.lock"], command: "cargo generate-lockfile" },
    { manifest: /(?:^|\/)go\.mod$/, locks: ["go.sum"], command: "go mod tidy" },
    { manifest: /(?:^|\/)mix\.exs$/, locks: ["mix.lock"], command: "mix deps.get" },
  ];

const noDockerfile = "there is no Dockerfile to look at";

export const packaging: readonly Check[] = [
  {
    id: "packaging.image",
    question: "Does the repository say how the app becomes a container image?",
    looks:
      "Dockerfiles, compose files, Procfile, buildpack settings. 0: none, 1: a compose file of other people's images only, 2: a Procfile, 3: a Dockerfile or a compose file that builds.",
    weight: 5,
    effort: "a day",
    best: 3,
    closes: "`wherry init` writes a Dockerfile for each service, and a `compose.yaml` that builds them",
    answer(seen) {
      const { dockerfiles, composeFiles, files } = seen;
      if (dockerfiles.length > 0)
        return knownBy(
          3,
          `The repository has ${count(dockerfiles.length, "Dockerfile")}`,
          dockerfiles.map(({ file, instructions }) =>
            inFile(
              file,
              instructions[0]?.line ?? 1,
              `FROM ${instructions.find(({ word }) => word === "FROM")?.rest ?? ""}`,
            ),
          ),
        );
      const builds = composeFiles.flatMap(({ file, services }) =>
        services
          .filter(({ definition }) => definition["build"] !== undefined)
          .map((service) => inFile(file, service.lineOf("build"), `${service.name} is built`)),
      );
      if (builds.length > 0) return knownBy(3, "A compose file builds the images", builds);
      const packs = files.find(/^(?:Procfile|project\.toml|nixpacks\.toml|railpack\.json)$/);
      if (packs.length > 0)
        return knownBy(
          2,
          "A buildpack makes the image",
          packs.map((file) => wholeFile(file)),
        );
      if (composeFiles.length > 0)
        return knownBy(
          1,
          "A compose file runs images that are made elsewhere",
          composeFiles.map(({ file }) => wholeFile(file)),
        );
      return known(
        0,
        "Nothing in the repository makes an image",
        noFile(seen, "Dockerfile, compose file, Procfile or buildpack settings"),
      );
    },
  },
  {
    id: "packaging.locked",
    question: "Are the versions of dependencies locked?",
    looks:
      "Lock files beside, or above, the manifests of eight package managers. 0: none has one, 1: some have, 3: all have.",
    weight: 4,
    effort: "minutes",
    best: 3,
    closes: "`npm install` (or your package manager's lock command), and commit the lock file",
    answer(seen) {
      const manifests = managers.flatMap(({ manifest, locks }) =>
        seen.files
          .find(manifest)
          .filter((file) => hasDependencies(file.path, file.lines))
          .map((file) => ({ file, lock: lockFor(seen, file.path, locks) })),
      );
      if (manifests.length === 0) return unknown("no manifest of dependencies was found that is known");
      const without = manifests.filter(({ lock }) => lock === undefined);
      if (without.length === 0)
        return knownBy(
          3,
          "All dependencies are locked",
          manifests.map(({ lock }) => wholeFile({ path: lock ?? "" }, "locks the versions")),
        );
      const evidence = without.map(({ file }) => wholeFile(file, "has no lock file beside it or above"));
      return knownBy(
        without.length === manifests.length ? 0 : 1,
        `${count(without.length, "manifest has", "manifests have")} no lock file`,
        evidence,
      );
    },
  },
  {
    id: "packaging.base-images",
    question: "Are base images named by version?",
    looks:
      "FROM lines of Dockerfiles. 0: one has no tag or latest, 2: all have a tag, 4: all have a digest. A tag that is a build argument counts as a tag.",
    weight: 3,
    effort: "minutes",
    best: 4,
    closes:
      "`docker buildx imagetools inspect IMAGE:TAG`, and write `FROM IMAGE:TAG@sha256:DIGEST`; let Renovate or Dependabot move it",
    after: "packaging.image",
    answer({ dockerfiles }) {
      const images = dockerfiles.flatMap((dockerfile) =>
        baseImages(dockerfile).map((base) => ({ ...base, file: dockerfile.file })),
      );
      if (images.length === 0)
        return unknown(dockerfiles.length === 0 ? noDockerfile : "the Dockerfiles start from no other image");
      const floating = images.filter(
        ({ image }) => !image.includes("@sha256:") && (image.endsWith(":latest") || !/:[^/]+$|\$/.test(image)),
      );
      const lines = (list: typeof images): readonly Evidence[] =>
        list.map(({ file, line, image }) => inFile(file, line, `FROM ${image}`));
      if (floating.length > 0)
        return knownBy(
          0,
          `${count(floating.length, "base image changes", "base images change")} from one build to the next`,
          lines(floating),
        );
      const open = images.filter(({ image }) => !image.includes("@sha256:"));
      return open.length > 0
        ? knownBy(2, "Base images have tags, which their makers move", lines(open))
        : knownBy(4, "Base images are named by digest", lines(images));
    },
  },
  {
    id: "packaging.user",
    question: "Do the images run without root?",
    looks:
      "USER of the last stage of each Dockerfile. 1: a Dockerfile sets none or root, so that the base image decides; 3: all set another user.",
    weight: 3,
    effort: "an hour",
    best: 3,
    closes: "add USER with a number above 0 to the last stage: `USER 10001`",
    after: "packaging.image",
    answer({ dockerfiles }) {
      if (dockerfiles.length === 0) return unknown(noDockerfile);
      const users = dockerfiles.map((dockerfile) => {
        const stage = lastStage(dockerfile);
        const from = stage[0];
        const user = stage.findLast(({ word }) => word === "USER");
        const nonRootBase = /nonroot|unprivileged|rootless/.test(from?.rest ?? "");
        const root = user === undefined ? !nonRootBase : /^(?:root|0)(?::|$)/.test(user.rest);
        const shown = user ?? from;
        return {
          file: dockerfile.file,
          root,
          line: shown?.line ?? 1,
          text: `${shown?.word ?? ""} ${shown?.rest ?? ""}`,
        };
      });
      const asRoot = users.filter(({ root }) => root);
      const lines = (list: typeof users): readonly Evidence[] =>
        list.map(({ file, line, text, root }) =>
          inFile(file, line, root && !text.startsWith("USER") ? `${text}, and no USER after it` : text),
        );
      return asRoot.length > 0
        ? knownBy(1, `${count(asRoot.length, "Dockerfile does", "Dockerfiles do")} not leave root`, lines(asRoot))
        : knownBy(3, "All images run as another user than root", lines(users));
    },
  },
  {
    id: "packaging.build-context",
    question: "Does only what is needed get into the image?",
    looks:
      "COPY . and ADD . in Dockerfiles, and .dockerignore beside them or at the top. 0: everything is copied and nothing left out, 3: a .dockerignore leaves out, or single paths are copied.",
    weight: 3,
    effort: "minutes",
    best: 3,
    closes: "write a `.dockerignore` with .git, .env*, node_modules and the like",
    after: "packaging.image",
    answer(seen) {
      const { dockerfiles } = seen;
      if (dockerfiles.length === 0) return unknown(noDockerfile);
      const whole = dockerfiles.flatMap(({ file, instructions }) =>
        instructions
          .filter(
            ({ word, rest }) =>
              /^(?:COPY|ADD)$/.test(word) && !/--from=/.test(rest) && /^(?:--\S+\s+)*(?:\[\s*")?\.\/?["\s,]/.test(rest),
          )
          .map(({ line, word, rest }) => ({ file, line, text: `${word} ${rest}` })),
      );
      if (whole.length === 0)
        return knownBy(
          3,
          "Single paths are copied into the images",
          dockerfiles.map(({ file }) => wholeFile(file, "copies no whole folder")),
        );
      const open = whole.filter(({ file }) => ignoreFor(seen, file.path) === undefined);
      if (open.length > 0)
        return knownBy(
          0,
          "The whole folder is copied into the image, .git and .env included",
          open.map(({ file, line, text }) => inFile(file, line, text)),
        );
      const ignores = new Set(whole.flatMap(({ file }) => ignoreFor(seen, file.path) ?? []));
      return knownBy(
        3,
        "A .dockerignore keeps files out of the image",
        [...ignores].map((path) => wholeFile({ path })),
      );
    },
  },
  {
    id: "packaging.versions",
    question: "Are the images of other people in compose files named by version?",
    looks:
      "image: of compose services that are not built. 0: one has no tag or latest, 2: all have a tag, 3: all have a digest or come from a variable.",
    weight: 2,
    effort: "minutes",
    best: 3,
    closes: "write `image: NAME:VERSION` in the compose file, with the version that runs now",
    answer({ composeFiles }) {
      const images = composeFiles.flatMap(({ file, services }) =>
        services.flatMap((service) => {
          const { image, build } = service.definition;
          return typeof image === "string" && build === undefined
            ? [{ file, line: service.lineOf("image"), image }]
            : [];
        }),
      );
      if (images.length === 0) return unknown("no compose file names an image of other people");
      const floating = images.filter(
        ({ image }) => !/@sha256:|\$\{?/.test(image) && (image.endsWith(":latest") || !/:[^/]+$/.test(image)),
      );
      const lines = (list: typeof images): readonly Evidence[] =>
        list.map(({ file, line, image }) => inFile(file, line, `image: ${image}`));
      if (floating.length > 0)
        return knownBy(
          0,
          `${count(floating.length, "image changes", "images change")} whenever its maker wants`,
          lines(floating),
        );
      const tagged = images.filter(({ image }) => !/@sha256:|\$\{?/.test(image));
      return tagged.length > 0
        ? knownBy(2, "All images have tags", lines(tagged))
        : knownBy(3, "All images are named by digest or by a variable", lines(images));
    },
  },
];

function hasDependencies(path: string, lines: readonly string[]): boolean {
  if (!path.endsWith("package.json")) return true;
  // A package.json may only say that a folder is an ES module.
  return lines.some((line) => /"(?:dev|optional)?[dD]ependencies"\s*:/.test(line));
}

/** Docker looks beside the Dockerfile for one with its name, else at the top of what is sent: beside it, or the repository's. */
function ignoreFor({ files }: Seen, path: string): string | undefined {
  const folder = dirname(path);
  const candidates = [`${path}.dockerignore`, ...(folder === "." ? [] : [`${folder}/.dockerignore`]), ".dockerignore"];
  return candidates.find((candidate) => files.get(candidate) !== undefined);
}

/** Workspaces have one lock file, at the top. */
function lockFor(seen: Seen, path: string, locks: readonly string[]): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    for (const lock of locks) {
      const candidate = folder === "." ? lock : `${folder}/${lock}`;
      if (seen.files.get(candidate) !== undefined && candidate !== path) return candidate;
    }
    if (folder === "." || folder === "/") return undefined;
  }
}
