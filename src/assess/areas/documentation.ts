import type { Check } from "../check.ts";
import { byCommit, count, inFile, known, knownBy, noFile, unknown, wholeFile } from "../check.ts";
import { daysBetween, withWholeHistory } from "./ask.ts";

export const documentation: readonly Check[] = [
  {
    id: "documentation.readme",
    question: "Does the README say what this is and how to start it?",
    looks:
      "The README at the top, its length and its headings and commands. 0: none, 1: under ten lines, 2: longer, 3: with a command that starts or installs.",
    weight: 4,
    effort: "an hour",
    best: 3,
    closes: "write `README.md`: what it is, how to start it on a laptop (one command), how it is deployed, whom to ask",
    answer(seen) {
      const [readme] = seen.files.find(/^(?:docs\/)?README(?:\.\w+)?$/i);
      if (readme === undefined) return known(0, "There is no README", noFile(seen, "README at the top"));
      if (readme.content !== "text")
        return unknown("the README could not be read as text", wholeFile(readme, readme.content));
      const written = readme.lines.filter((line) => line.trim() !== "").length;
      if (written < 10)
        return known(1, `The README has ${count(written, "line")}`, inFile(readme, 1, readme.lines[0] ?? ""));
      const line = readme.lines.findIndex((text) =>
        /^\s*(?:\$ )?(?:docker compose|npm|pnpm|yarn|npx|make|pip|uv|poetry|go run|cargo|bundle|composer|mvn|\.\/gradlew|dotnet|just|task)\b/.test(
          text,
        ),
      );
      if (line !== -1)
        return known(3, "The README says how to start", inFile(readme, line + 1, readme.lines[line] ?? ""));
      return known(2, "The README names no command that starts the app", inFile(readme, 1, readme.lines[0] ?? ""));
    },
  },
  {
    id: "documentation.operation",
    question: "Is it written down what to do when something is wrong?",
    looks:
      "Files named for runbooks, operation, incidents, deployment or trouble. 0: none, 2: there. Whether they are right is not judged.",
    weight: 3,
    effort: "a day",
    best: 2,
    closes:
      "write `docs/runbook.md`: where it runs, how to look at logs, how to go back (`wherry rollback -e NAME`), how to restore, whom to call",
    answer(seen) {
      const found = seen.files.find(
        /(?:^|\/)(?:[\w-]*(?:runbook|playbook|operations?|troubleshooting|incident|on-?call|deploy(?:ment|ing)?|disaster|recovery)[\w-]*)\.(?:md|adoc|rst|txt)$|(?:^|\/)runbooks?\/.+\.(?:md|adoc|rst)$/i,
      );
      if (found.length > 0)
        return knownBy(
          2,
          `${count(found.length, "page")} on operation`,
          found.map((file) => wholeFile(file)),
        );
      return known(
        0,
        "No page is named for operation or trouble",
        noFile(seen, "page named for a runbook, operation, deployment, incidents or recovery"),
      );
    },
  },
  {
    id: "documentation.fresh",
    question: "Does the documentation keep up with the code?",
    looks:
      "Newest commit that touched the README or docs/, against the newest of all. 1: more than a year behind, 2: more than 90 days, 3: within 90 days.",
    weight: 2,
    effort: "an hour",
    best: 3,
    closes: "read the README as somebody new would, follow it, and mend what is wrong",
    after: "version-control.repository",
    answer: (seen) =>
      withWholeHistory(seen, ({ commits }) => {
        const { documentation } = seen;
        if (!documentation.known) return unknown(documentation.reason);
        const touched = documentation.value;
        const [newest] = commits;
        if (touched === undefined || newest === undefined) return unknown("no commit has touched documentation");
        const behind = Math.max(0, daysBetween(touched.date, new Date(newest.date)));
        const evidence = byCommit(
          touched.commit,
          `touched documentation on ${touched.date.slice(0, 10)}; the newest commit is of ${newest.date.slice(0, 10)}`,
        );
        return known(
          behind > 365 ? 1 : behind > 90 ? 2 : 3,
          `The documentation is ${count(behind, "day")} behind the code`,
          evidence,
        );
      }),
  },
  {
    id: "documentation.changes",
    question: "Can users read what changed?",
    looks: "A changelog, or notes of releases. 0: none in the repository, 2: there.",
    weight: 1,
    effort: "an hour",
    best: 2,
    closes: "write `CHANGELOG.md` in the form of keepachangelog.com, one line for each change that users notice",
    answer(seen) {
      const found = seen.files.find(
        /(?:^|\/)(?:CHANGELOG|CHANGES|HISTORY|NEWS|RELEASES?|RELEASE_NOTES|[Cc]hangelog)(?:\.(?:md|rst|txt|adoc))?$|^\.changeset\/config\.json$/,
      );
      if (found.length > 0)
        return knownBy(
          2,
          "Changes are written down",
          found.map((file) => wholeFile(file)),
        );
      return known(0, "No file says what changed", noFile(seen, "changelog"));
    },
  },
  {
    id: "documentation.decisions",
    question: "Are decisions written down with their reasons?",
    looks: "Folders and files of decision records, architecture pages. 0: none, 2: there.",
    weight: 2,
    effort: "an hour",
    best: 2,
    closes:
      "write `docs/decisions/0001-title.md` for the last decision that somebody asked about: context, decision, consequences",
    answer(seen) {
      const found = seen.files.find(
        /(?:^|\/)(?:adrs?|decisions|rfcs?)\/.+\.(?:md|adoc|rst)$|(?:^|\/)(?:[\w-]*architecture[\w-]*|ARCHITECTURE|design|DESIGN)\.(?:md|adoc|rst)$/,
      );
      if (found.length > 0)
        return knownBy(
          2,
          "Decisions or the architecture are written down",
          found.map((file) => wholeFile(file)),
        );
      return known(
        0,
        "No decision record or architecture page",
        noFile(seen, "decision record or page on the architecture"),
      );
    },
  },
  {
    id: "documentation.contributing",
    question: "Does somebody new know how a change gets in?",
    looks: "CONTRIBUTING, a template for pull requests, CODEOWNERS. 0: none, 2: there.",
    weight: 1,
    effort: "an hour",
    best: 2,
    closes: "write `CONTRIBUTING.md`: how to run the tests, how branches are called, who merges",
    answer(seen) {
      const found = seen.files.find(
        /(?:^|\/)CONTRIBUTING(?:\.\w+)?$|(?:^|\/)pull_request_template(?:\.md|\/.+)$|(?:^|\/)merge_request_templates\/.+|(?:^|\/)CODEOWNERS$/i,
      );
      if (found.length > 0)
        return knownBy(
          2,
          "It is written down how changes get in",
          found.map((file) => wholeFile(file)),
        );
      return known(
        0,
        "Nothing says how changes get in",
        noFile(seen, "CONTRIBUTING, template for pull requests or CODEOWNERS"),
      );
    },
  },
];
