import type { Check } from "../check.ts";
import { byCommand, byCommit, byRequest, count, known, knownBy, unknown, wholeFile } from "../check.ts";
import { daysBetween, enough, noHistory, notTold, onGitHub, percent, withHistory, withWholeHistory } from "./ask.ts";

const inside = "git rev-parse --show-toplevel";
const log = "git log --max-count=500";

/** What a build leaves behind, and what package managers bring back. */
const leftovers =
  /(?:^|\/)(?:node_modules|__pycache__|\.venv|\.terraform|\.gradle|\.next|\.nuxt)\/|(?:^|\/)(?:\.DS_Store|Thumbs\.db|npm-debug\.log)$|\.(?:pyc|class)$/;

const large = 5 * 1024 * 1024;

/** A branch that nobody has merged for this long has become a second product. Days. */
const longLived = 30;

export const versionControl: readonly Check[] = [
  {
    id: "version-control.repository",
    question: "Is the work in a git repository?",
    looks: "Asks git for the repository and its newest commit. 0: no repository, 1: no commit yet, 3: commits.",
    weight: 5,
    effort: "minutes",
    best: 3,
    closes: '`git init && git add . && git commit -m "Begin"` (a `.gitignore` first)',
    answer({ history }) {
      if (history === "no-git" || history === "refused") return unknown(noHistory[history]);
      if (history === "no-repository")
        return known(0, "The folder is in no git repository", byCommand(inside, "not a git repository"));
      if (history === "no-commits")
        return known(1, "There is a git repository without a commit", byCommand(log, "HEAD names no commit"));
      const [newest] = history.commits;
      if (newest === undefined) return unknown("git told no commits");
      return known(3, "The work is in git", byCommit(newest.commit, `newest commit, of ${newest.date.slice(0, 10)}`));
    },
  },
  {
    id: "version-control.remote",
    question: "Is there a copy of the repository elsewhere?",
    looks: "Asks git for remotes. 0: none, so that this folder may be the only copy; 3: at least one.",
    weight: 4,
    effort: "minutes",
    best: 3,
    closes: "`git remote add origin git@HOST:TEAM/NAME.git && git push --set-upstream origin HEAD`",
    after: "version-control.repository",
    answer: (seen) =>
      withHistory(seen, ({ remotes }) =>
        remotes.length === 0
          ? known(0, "There is no remote: this may be the only copy", byCommand("git remote", "prints nothing"))
          : known(3, `Pushed to ${remotes.join(", ")}`, byCommand("git remote", remotes.join(", "))),
      ),
  },
  {
    id: "version-control.small-steps",
    question: "Do branches come back soon?",
    looks: `Branches that this clone knows and HEAD does not hold. 1: more than three are older than ${longLived} days, 2: some are, 3: none is.`,
    weight: 2,
    effort: "an hour",
    best: 3,
    closes:
      "`git branch --all --no-merged` lists them: merge what is wanted, delete the rest, and keep branches shorter than a week",
    after: "version-control.repository",
    answer: (seen) =>
      withWholeHistory(seen, ({ branches }) => {
        const asked = "git for-each-ref --no-merged=HEAD refs/heads refs/remotes";
        if (branches.length === 0) return unknown("this clone knows no branch");
        const open = branches.filter(({ merged }) => !merged);
        const old = open.filter(({ date }) => daysBetween(date, seen.now) > longLived);
        const names = old.slice(0, 3).map(({ name }) => name);
        const evidence = byCommand(
          asked,
          old.length === 0
            ? `${count(open.length, "branch", "branches")}, none older than ${longLived} days`
            : names.join(", "),
        );
        if (old.length === 0)
          return known(
            3,
            `No unmerged branch is older than ${longLived} days, of those that this clone knows`,
            evidence,
          );
        const says = `${count(old.length, "unmerged branch is", "unmerged branches are")} older than ${longLived} days`;
        return known(old.length > 3 ? 1 : 2, says, evidence);
      }),
  },
  {
    id: "version-control.protection",
    question: "Is the default branch protected?",
    looks:
      "Asks GitHub for rules and protection of the default branch. 0: none, 2: protected, 3: changes need a pull request, 4: and checks have to pass.",
    weight: 4,
    effort: "minutes",
    best: 4,
    closes:
      "GitHub: Settings > Rules > New branch ruleset for the default branch: require a pull request and status checks, block force pushes",
    after: "version-control.repository",
    answer(seen) {
      const rules = onGitHub(seen, "rules");
      const branch = onGitHub(seen, "branch");
      if (!rules.known) return notTold(rules);
      if (!branch.known) return notTold(branch);
      const types = new Set(rules.value.map(({ type }) => type));
      const checks =
        types.has("required_status_checks") ||
        (branch.value.protection?.required_status_checks?.contexts.length ?? 0) > 0;
      const evidence = [
        byRequest(rules.asked, types.size === 0 ? "no rule" : [...types].join(", ")),
        byRequest(branch.asked, branch.value.protected ? "protected" : "not protected"),
      ] as const;
      if (types.has("pull_request"))
        return checks
          ? known(4, "Changes need a pull request, and checks have to pass", ...evidence)
          : known(3, "Changes need a pull request; no check has to pass", ...evidence);
      if (branch.value.protected || types.size > 0)
        return known(
          2,
          checks
            ? "Checks have to pass; a pull request is not asked for by a rule"
            : "The branch is protected by some rules",
          ...evidence,
        );
      return known(0, "Anybody who may write can push anything to the default branch, and rewrite it", ...evidence);
    },
  },
  {
    id: "version-control.review",
    question: "Does somebody else look at changes before they are merged?",
    looks: `Reviews of the newest merged pull requests on GitHub, at least ${enough}. 0: under a quarter was reviewed by another person, 1: under half, 2: under nine of ten, 3: nine of ten and more.`,
    weight: 3,
    effort: "minutes",
    best: 3,
    closes: "ask for one approval in the branch's ruleset; a team of two can agree on a look within the day",
    after: "version-control.repository",
    answer(seen) {
      const merged = onGitHub(seen, "merged");
      if (!merged.known) return notTold(merged);
      const { value, asked } = merged;
      if (value.length < enough)
        return unknown(
          `only ${count(value.length, "merged pull request")} to look at`,
          byRequest(asked, `${value.length} merged`),
        );
      const share = percent(value.filter(({ reviewed }) => reviewed).length, value.length);
      const level = share >= 90 ? 3 : share >= 50 ? 2 : share >= 25 ? 1 : 0;
      return known(
        level,
        `${share} % of the last ${value.length} merged pull requests were reviewed by another person`,
        byRequest(`${asked}, and their reviews`, `${share} % of ${value.length}`),
      );
    },
  },
  {
    id: "version-control.leftovers",
    question: "Is the repository free of what builds leave behind?",
    looks:
      "Names of tracked files: installed packages, compiled files, files of desktops. 1: some are tracked, 3: none is.",
    weight: 2,
    effort: "minutes",
    best: 3,
    closes: "`git rm -r --cached PATH`, and a line for it in `.gitignore`",
    after: "version-control.repository",
    answer({ files }) {
      const tracked = files.all.filter(({ tracked }) => tracked === true);
      if (tracked.length === 0) return unknown("no file is tracked, so there is nothing to look at");
      const found = tracked.filter(({ path }) => leftovers.test(path));
      if (found.length > 0)
        return knownBy(
          1,
          `${count(found.length, "file")} that a build or a desktop left behind ${found.length === 1 ? "is" : "are"} tracked`,
          found.map((file) => wholeFile(file, "is tracked")),
        );
      if (files.cut) return unknown("there are more files than were looked at");
      return known(3, "Nothing that builds leave behind is tracked", {
        kind: "search",
        where: files.search,
        what: `none among ${count(tracked.length, "tracked file")}`,
      });
    },
  },
  {
    id: "version-control.large-files",
    question: "Are large files kept out of the history?",
    looks: "Sizes of tracked files. 1: one is larger than 5 MB and no pointer of Git LFS, 3: none is.",
    weight: 1,
    effort: "an hour",
    best: 3,
    closes: '`git lfs track "*.EXTENSION"`, or keep the file in object storage',
    after: "version-control.repository",
    answer({ files }) {
      const tracked = files.all.filter(
        ({ tracked, content }) => tracked === true && content !== "gone" && content !== "link",
      );
      if (tracked.length === 0) return unknown("no file is tracked, so there is nothing to look at");
      const found = tracked.filter(({ size }) => size > large);
      if (found.length > 0)
        return knownBy(
          1,
          `${count(found.length, "tracked file is", "tracked files are")} larger than 5 MB`,
          found.map((file) => wholeFile(file, `${Math.round(file.size / 1024 / 1024)} MB`)),
        );
      if (tracked.some(({ content }) => content === "unreadable") || files.cut)
        return unknown("not all files could be looked at");
      return known(3, "No tracked file is larger than 5 MB", {
        kind: "search",
        where: files.search,
        what: `none above 5 MB among ${count(tracked.length, "tracked file")}`,
      });
    },
  },
  {
    id: "version-control.several-people",
    question: "Does more than one person know the code?",
    looks:
      "Authors of the commits of the last 180 days, told apart by address. 1: one, 3: two and more. Unknown below ten commits.",
    weight: 2,
    effort: "days",
    best: 3,
    closes: "let the second person make the next change, and the first one review it",
    after: "version-control.repository",
    answer: (seen) =>
      withWholeHistory(seen, ({ commits }) => {
        const recent = commits.filter(({ date }) => daysBetween(date, seen.now) <= 180);
        if (recent.length < 10) return unknown(`only ${count(recent.length, "commit")} in the last 180 days`);
        const authors = new Set(recent.map(({ author }) => author)).size;
        const evidence = byCommand(log, `${count(authors, "author")} of ${recent.length} commits in 180 days`);
        return authors === 1
          ? known(1, "One person has written all changes of the last 180 days", evidence)
          : known(3, `${authors} people have changed the code in the last 180 days`, evidence);
      }),
  },
];
