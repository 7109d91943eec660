import type { Check } from "../check.ts";
import { byCommand, byRequest, count, known, knownBy, noFile, unknown, wholeFile } from "../check.ts";
import { enough, hostMayDoIt, median, notTold, onGitHub, onServer, percent, withHistory } from "./ask.ts";

/** `#12`, `GH-12`, `ABC-123`: where a change names what asked for it. */
const reference = /(?:^|[\s(])(?:#\d+|GH-\d+|[A-Z][A-Z0-9]+-\d+)\b/;

const day = 86_400_000;

export const feedback: readonly Check[] = [
  {
    id: "feedback.channel",
    question: "Is there a place where users say what is wrong?",
    looks: "Templates for issues, SUPPORT pages, issues on GitHub. 0: none, 2: there.",
    weight: 3,
    effort: "minutes",
    best: 2,
    closes: "write `.github/ISSUE_TEMPLATE/bug.yml` with what you need to know, and link to it from the app",
    answer(seen) {
      const found = seen.files.find(
        /^\.github\/ISSUE_TEMPLATE(?:\.md|\/.+)$|^\.gitlab\/issue_templates\/.+|(?:^|\/)SUPPORT(?:\.\w+)?$/i,
      );
      if (found.length > 0)
        return knownBy(
          2,
          "It is written down where to report",
          found.map((file) => wholeFile(file)),
        );
      const repository = onGitHub(seen, "repository");
      if (repository.known && repository.value.has_issues)
        return known(2, "Issues are open on GitHub", byRequest(repository.asked, "has_issues: true"));
      if (hostMayDoIt(seen)) return unknown("the host may have issues, and was not asked");
      const files = noFile(seen, "template for issues or SUPPORT page");
      return repository.known
        ? known(
            0,
            "Issues are switched off, and nothing says where to report",
            files,
            byRequest(repository.asked, "has_issues: false"),
          )
        : known(0, "Nothing in the repository says where to report", files);
    },
  },
  {
    id: "feedback.linked",
    question: "Do changes name what asked for them?",
    looks:
      "Messages of the newest commits, merges left out, at least ten: #12, GH-12, ABC-123. 0: under one in twenty, 1: under a quarter, 2: under half, 3: half and more.",
    weight: 2,
    effort: "minutes",
    best: 3,
    closes: "write the number of the issue into the message of the commit: `Fixes #12`",
    after: "version-control.repository",
    answer: (seen) =>
      withHistory(seen, ({ commits }) => {
        const written = commits.filter(({ parents }) => parents < 2).slice(0, 200);
        if (written.length < 10) return unknown(`only ${count(written.length, "commit")} to look at`);
        const share = percent(
          written.filter(({ subject, body }) => reference.test(`${subject}\n${body}`)).length,
          written.length,
        );
        const level = share >= 50 ? 3 : share >= 25 ? 2 : share >= 5 ? 1 : 0;
        return known(
          level,
          `${share} % of the last ${written.length} commits name an issue or a pull request`,
          byCommand("git log --max-count=500", `${share} % of ${written.length} commits`),
        );
      }),
  },
  {
    id: "feedback.answered",
    question: "Are reports done with soon?",
    looks: `Time from opened to completed of the newest closed issues on GitHub, at least ${enough}. 1: median above 60 days, 2: above 14, 3: within 14.`,
    weight: 2,
    effort: "days",
    best: 3,
    closes: "look through new issues once a week: answer, close or plan each one",
    answer(seen) {
      const issues = onGitHub(seen, "closedIssues");
      if (!issues.known) return notTold(issues);
      const days = issues.value.flatMap(({ created_at, closed_at }) =>
        closed_at === null ? [] : [(Date.parse(closed_at) - Date.parse(created_at)) / day],
      );
      if (days.length < enough)
        return unknown(
          `only ${count(days.length, "issue")} closed as completed`,
          byRequest(issues.asked, `${days.length} completed`),
        );
      const middle = median(days);
      return known(
        middle > 60 ? 1 : middle > 14 ? 2 : 3,
        `Half of the last ${days.length} issues were done within ${count(Math.ceil(middle), "day")}`,
        byRequest(issues.asked, `median ${middle.toFixed(1)} days of ${days.length}; open ones are not in it`),
      );
    },
  },
  {
    id: "feedback.measured",
    question: "Is there a record from which the team can see how it delivers?",
    looks: "The ledger of the server, deployments that GitHub was told of. 1: none yet, 3: one with lines.",
    weight: 3,
    effort: "an hour",
    best: 3,
    closes: "deploy with `wherry deploy`: each attempt leaves a line in the ledger (`wherry history -e NAME`)",
    answer(seen) {
      const ledger = onServer(seen, "ledger");
      if (ledger.known)
        return ledger.value.length === 0
          ? known(1, "The ledger has no line yet", byCommand(ledger.asked, "no line"))
          : known(
              3,
              `The ledger has ${count(ledger.value.length, "line")}${ledger.value.length >= 200 ? " and more" : ""}`,
              byCommand(ledger.asked, `newest of ${ledger.value[0]?.started.slice(0, 10) ?? ""}`),
            );
      const hosted = onGitHub(seen, "deployments");
      if (!hosted.known) return notTold({ ...ledger, reason: `${ledger.reason}; ${hosted.reason}` });
      return hosted.value.length === 0
        ? unknown(`${ledger.reason}; GitHub has no deployment`, byRequest(hosted.asked, "none"))
        : known(
            3,
            "GitHub keeps a record of deployments",
            byRequest(hosted.asked, count(hosted.value.length, "deployment")),
          );
    },
  },
  {
    id: "feedback.lessons",
    question: "Does the team learn from what went wrong?",
    looks: "Pages on incidents and postmortems. 2: there. Unknown otherwise: perhaps nothing went wrong.",
    weight: 2,
    effort: "an hour",
    best: 2,
    closes:
      "write `docs/incidents/DATE-title.md` after the next one: what happened, how it was noticed, what will be different",
    answer(seen) {
      const found = seen.files.find(
        /(?:^|\/)(?:post-?mortems?|incidents?|retrospectives?|retros?)\/.+\.(?:md|adoc|rst)$|(?:^|\/)[\w-]*(?:post-?mortem|retrospective)[\w-]*\.(?:md|adoc|rst)$/i,
      );
      return found.length > 0
        ? knownBy(
            2,
            "Lessons are written down",
            found.map((file) => wholeFile(file)),
          )
        : unknown("no page on an incident was found; perhaps there was none");
    },
  },
];
