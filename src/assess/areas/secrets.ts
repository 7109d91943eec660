import type { Check } from "../check.ts";
import {
  byCommand,
  byCommit,
  byRequest,
  count,
  inFile,
  known,
  knownBy,
  nothingIn,
  unknown,
  wholeFile,
} from "../check.ts";
import { linesFor } from "../seen/pipelines.ts";
import { findSecrets, isSecretFile, secretish } from "../seen/secrets.ts";
import { evidenceOf } from "./ci.ts";
import { hostMayDoIt, inWherryYaml, onGitHub } from "./ask.ts";

export const secrets: readonly Check[] = [
  {
    id: "secrets.not-tracked",
    question: "Are the tracked files free of secrets?",
    looks:
      "Tracked .env files with values, private keys, and tokens of well-known forms in all text files. 0: found, 3: none in what was read. Not a scanner: it knows few forms.",
    weight: 5,
    effort: "an hour",
    urgent: true,
    best: 3,
    closes:
      "replace the secret first (whoever has the repository has it), then `git rm --cached FILE`, a line in `.gitignore`, and its name under `secrets:` in `wherry.yaml`",
    answer({ files }) {
      const tracked = files.all.filter(
        ({ tracked, content }) => tracked !== false && content !== "gone" && content !== "link",
      );
      const read = tracked.filter(({ content }) => content === "text");
      const found = tracked.flatMap((file) => findSecrets(file).map(({ line, what }) => inFile(file, line, what)));
      if (found.length > 0)
        return knownBy(
          0,
          `${count(found.length, "secret")} in files that everybody with the repository can read`,
          found,
        );
      if (read.length === 0) return unknown("there is no text file to look at");
      const closed = tracked.filter(({ content }) => content === "unreadable");
      if (closed.length > 0)
        return unknown(
          `${count(closed.length, "file")} could not be read`,
          ...closed.slice(0, 3).map((file) => wholeFile(file, "cannot be read")),
        );
      const left = tracked.filter(({ content }) => content === "left-out").length;
      if (files.cut || left > read.length) return unknown("most files are too many or too large to be read");
      const rest = left === 0 ? "" : `, ${left} too large to be read`;
      return known(3, `None of the known forms in ${count(read.length, "text file")}${rest}`, {
        kind: "search",
        where: files.search,
        what: `no secret of a known form in ${count(read.length, "text file")}`,
      });
    },
  },
  {
    id: "secrets.not-in-history",
    question: "Is the history free of files with secrets?",
    looks:
      "Names of files that any commit has added: .env, keys, password files, Terraform's state. 0: found, 3: none. Contents of old commits are not read.",
    weight: 4,
    effort: "a day",
    best: 3,
    closes:
      "replace every secret that was in the file; only then does it matter to take it out of the history with `git filter-repo`",
    after: "version-control.repository",
    answer({ addedSecrets, history }) {
      if (!addedSecrets.known) return unknown(addedSecrets.reason);
      const added = addedSecrets.value.filter(({ path }) => isSecretFile(path));
      if (added.length > 0)
        return knownBy(
          0,
          `${count(added.length, "file")} named as secrets ${added.length === 1 ? "is" : "are"} in the history`,
          added.map(({ commit, path }) => byCommit(commit, `added ${path}`)),
        );
      const commits = typeof history === "string" ? 0 : history.commits.length;
      if (commits === 0) return unknown("there is no commit to look at");
      return known(
        3,
        "No commit has added a file named as secrets are",
        byCommand(addedSecrets.asked, "prints no such file"),
      );
    },
  },
  {
    id: "secrets.ignored",
    question: "Would git leave a .env file out?",
    looks: "Asks git whether it ignores .env. 0: it does not, 3: a rule covers it.",
    weight: 4,
    effort: "minutes",
    best: 3,
    closes: "`printf '.env\\n.env.*\\n!.env.example\\n' >> .gitignore`",
    after: "version-control.repository",
    answer(seen) {
      const { envIgnored } = seen;
      if (!envIgnored.known) return unknown(envIgnored.reason);
      if (envIgnored.value === undefined)
        return known(0, "git would take a .env file along", byCommand(envIgnored.asked, "no rule covers it"));
      return known(3, "A rule keeps .env out of git", byCommand(envIgnored.asked, envIgnored.value));
    },
  },
  {
    id: "secrets.managed",
    question: "Is there a place for secrets that the team shares?",
    looks:
      "Names of secrets in wherry.yaml, SOPS and its like, secret managers, secrets of pipelines. 2: pipelines take them from their host, 3: files name them, or hold them encrypted.",
    weight: 3,
    effort: "an hour",
    best: 3,
    closes:
      "list the names under `secrets:` in `wherry.yaml`, and keep the values in a secret manager or in files encrypted with SOPS and age",
    answer(seen) {
      const { files, pipelines } = seen;
      const names = files.find(
        /^\.sops\.ya?ml$|(?:^|\/)(?:secrets?|[\w-]+)\.enc\.(?:ya?ml|json|env)$|(?:^|\/)doppler\.ya?ml$|(?:^|\/)\.infisical\.json$|^\.kamal\/secrets|(?:^|\/)\.env\.vault$/,
      );
      const objects = files.find(/\.ya?ml$/).flatMap((file) => {
        const line = file.lines.findIndex((text) => /^kind:\s*(?:SealedSecret|ExternalSecret|SecretStore)/.test(text));
        return line === -1 ? [] : [inFile(file, line + 1, file.lines[line] ?? "")];
      });
      const managed = [...inWherryYaml(seen, "secrets"), ...names.map((file) => wholeFile(file)), ...objects];
      if (managed.length > 0) return knownBy(3, "Files name the secrets, or hold them encrypted", managed);
      const used = pipelines.flatMap(({ file }) =>
        file.lines.flatMap((text, index) =>
          /\$\{\{\s*secrets\.(?!GITHUB_TOKEN)\w+|credentials\(['"]/.test(text) ? [inFile(file, index + 1, text)] : [],
        ),
      );
      if (used.length > 0)
        return knownBy(2, "Pipelines take secrets from their host, which cannot give them back", used);
      return unknown("nothing in the repository says where secrets are kept");
    },
  },
  {
    id: "secrets.scanned",
    question: "Would somebody notice a secret that is pushed?",
    looks:
      "Secret scanners in pipelines and in hooks before the commit, and GitHub's own. 0: none, 2: a hook on laptops, 3: a pipeline or GitHub looks, 4: GitHub refuses the push.",
    weight: 3,
    effort: "minutes",
    best: 4,
    closes:
      "GitHub: Settings > Advanced Security > Secret Protection with push protection (free for public repositories), or gitleaks as a step of the pipeline",
    answer(seen) {
      const repository = onGitHub(seen, "repository");
      const analysis = repository.known ? repository.value.security_and_analysis : undefined;
      if (analysis?.secret_scanning_push_protection?.status === "enabled")
        return known(
          4,
          "GitHub refuses pushes with secrets of known forms",
          byRequest(repository.asked, "secret_scanning_push_protection: enabled"),
        );
      const found = linesFor(seen.pipelines, "secret-scan").flatMap(evidenceOf);
      const actions = seen.pipelines.flatMap(({ file, uses }) =>
        uses
          .filter(({ name }) => /gitleaks|trufflehog|ggshield/i.test(name))
          .map(({ line, name }) => inFile(file, line, `uses: ${name}`)),
      );
      if (found.length + actions.length > 0)
        return knownBy(3, "The pipeline looks for secrets", [...actions, ...found]);
      if (analysis?.secret_scanning?.status === "enabled")
        return known(3, "GitHub looks for secrets", byRequest(repository.asked, "secret_scanning: enabled"));
      const hooks = seen.files
        .find(/^\.pre-commit-config\.ya?ml$|^lefthook\.ya?ml$|^\.husky\/[\w-]+$|^\.gitleaks\.toml$|^\.secretlintrc/)
        .flatMap((file) => {
          const line = file.lines.findIndex((text) =>
            /gitleaks|trufflehog|detect-secrets|secretlint|ggshield|detect-private-key/.test(text),
          );
          return line === -1 ? [] : [inFile(file, line + 1, file.lines[line] ?? "")];
        });
      if (hooks.length > 0) return knownBy(2, "A hook looks for secrets, on laptops where it is installed", hooks);
      if (hostMayDoIt(seen)) return unknown("the host may do it, and was not asked");
      if (repository.known && analysis === undefined)
        return unknown(
          "the token may not see whether GitHub looks for secrets",
          byRequest(repository.asked, "no security_and_analysis"),
        );
      if (seen.files.all.length === 0) return unknown("there is nothing to look at");
      return known(0, "No secret scanner was found", {
        kind: "search",
        where: seen.files.search,
        what: "none in pipelines and hooks",
      });
    },
  },
  {
    id: "secrets.not-in-images",
    question: "Are images built without secrets in them?",
    looks: "ARG and ENV with names of secrets, and values, in Dockerfiles. 0: found, 3: none.",
    weight: 3,
    effort: "an hour",
    urgent: true,
    best: 3,
    closes: "`RUN --mount=type=secret,id=NAME` in the Dockerfile, and `secrets:` below `build:` in the compose file",
    after: "packaging.image",
    answer({ dockerfiles }) {
      if (dockerfiles.length === 0) return unknown("there is no Dockerfile to look at");
      const found = dockerfiles.flatMap(({ file, instructions }) =>
        instructions
          .filter(
            ({ word, rest }) => (word === "ARG" || word === "ENV") && secretish.test(rest.split(/[=\s]/)[0] ?? ""),
          )
          .map(({ line, word, rest }) => inFile(file, line, `${word} ${rest.split(/[=\s]/)[0] ?? ""}`)),
      );
      if (found.length > 0) return knownBy(0, "Secrets are given to builds in ways that stay in the image", found);
      return known(
        3,
        "No ARG or ENV is named as a secret",
        nothingIn(
          dockerfiles.map(({ file }) => file),
          "ARG or ENV with the name of a secret",
        ),
      );
    },
  },
];
