import type { Answer, Check } from "../check.ts";
import { byRequest, count, inFile, known, knownBy, noFile, nothingIn, unknown, wholeFile } from "../check.ts";
import type { Evidence } from "../schema.ts";
import { isProgram, linesFor, pipelineNames } from "../seen/pipelines.ts";
import type { Pipeline, PipelineLine, Purpose, Seen } from "../seen/index.ts";
import { enough, median, notTold, onGitHub, percent } from "./ask.ts";

/** A pipeline that changes start, not only people or clocks. */
function startsByItself({ triggers }: Pipeline): boolean {
  return triggers.some((trigger) => ["push", "pull-request"].includes(trigger));
}

/** The line of the pipeline, and the line of the script that it leads to. */
export function evidenceOf({
  pipeline,
  line,
}: {
  readonly pipeline: Pipeline;
  readonly line: PipelineLine;
}): readonly Evidence[] {
  const call = inFile(pipeline.file, line.from, pipeline.file.lines[line.from - 1] ?? "");
  return line.path === pipeline.file.path ? [call] : [call, inFile(line, line.line, line.text)];
}

interface DoesIt {
  readonly yes: string;
  readonly no: string;
  /** Level where it happens in a pipeline that changes start. */
  readonly level: 3 | 4;
}

/** Does a pipeline do this? What it does in places that were not read is not known. */
export function pipelineDoes(seen: Seen, purpose: Purpose, { yes, no, level }: DoesIt, among = seen.pipelines): Answer {
  if (seen.pipelines.length === 0) return known(0, "There is no pipeline that could", noFile(seen, pipelineNames));
  const found = linesFor(among, purpose);
  if (found.length > 0) {
    const byItself = found.some(({ pipeline }) => startsByItself(pipeline));
    const elsewhere = found.some(({ pipeline }) => pipeline.triggers.includes("unknown"));
    const when = elsewhere ? "what starts it is set elsewhere" : "but only when somebody or a clock starts it";
    const [reached, says] = byItself ? ([level, yes] as const) : ([2, `${yes}; ${when}`] as const);
    return knownBy(reached, says, found.flatMap(evidenceOf));
  }
  const elsewhere = seen.pipelines.flatMap(({ file, elsewhere }) => elsewhere.map((part) => ({ file, part })));
  if (elsewhere.length > 0) {
    const names = [...new Set(elsewhere.map(({ part }) => part.what))].slice(0, 3).join(", ");
    return unknown(
      `the pipeline calls what was not read: ${names}`,
      ...elsewhere.slice(0, 3).map(({ file, part }) => inFile(file, part.line, part.what)),
    );
  }
  return known(
    0,
    no,
    nothingIn(
      seen.pipelines.map(({ file }) => file),
      `known program for it`,
    ),
  );
}

const testFiles =
  /(?:^|\/)(?:tests?|__tests__|spec|specs|e2e)\/.+\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|scala|cs|php|exs?|swift|dart|sh|bats|feature)$|(?:^|\/)[\w.-]+[._-](?:test|spec)\.(?:[cm]?[jt]sx?|py|rb|go|rs|exs?|php|dart)$|(?:^|\/)test_[\w-]+\.py$|(?:^|\/)\w+Tests?\.(?:java|kt|cs|swift|php)$/;

export const ci: readonly Check[] = [
  {
    id: "ci.pipeline",
    question: "Does a pipeline run for each change?",
    looks:
      "Pipeline files of eleven systems, and what starts them. 0: none, 1: started by hand or a clock, 3: by pushes or pull requests.",
    weight: 5,
    effort: "an hour",
    best: 3,
    closes: "write `.github/workflows/ci.yml` with `on: [push, pull_request]` and one job that runs the tests",
    answer(seen) {
      const { pipelines } = seen;
      const broken = pipelines.filter(({ yaml, host }) => yaml === undefined && !isProgram(host));
      if (pipelines.length === 0) return known(0, "No pipeline file is in the repository", noFile(seen, pipelineNames));
      const running = pipelines.filter((pipeline) => startsByItself(pipeline));
      const first = running.length > 0 ? running : pipelines;
      const evidence = first.map(({ file, host, triggers }) =>
        wholeFile(file, `${host}, started by ${triggers.join(", ")}`),
      );
      if (running.length > 0)
        return knownBy(3, `${count(running.length, "pipeline starts", "pipelines start")} by changes`, evidence);
      if (broken.length > 0)
        return unknown(
          "the pipeline file is no valid YAML",
          ...broken.map(({ file }) => wholeFile(file, "cannot be read as YAML")),
        );
      if (pipelines.some(({ triggers }) => triggers.includes("unknown")))
        return unknown(`there is a pipeline; what starts it is set elsewhere`, ...evidence);
      return knownBy(1, "The pipelines start by hand or by a clock only", evidence);
    },
  },
  {
    id: "ci.tests-exist",
    question: "Are there automatic tests?",
    looks: "Names of files as test programs look for them. 0: none, 2: some. How much they prove is not judged.",
    weight: 4,
    effort: "a day",
    best: 2,
    closes: "begin with one test that starts the app and asks its most important page",
    answer(seen) {
      const found = seen.files.all.filter(
        ({ path, content }) =>
          testFiles.test(path) && content === "text" && !/(?:^|\/)(?:node_modules|vendor)\//.test(path),
      );
      if (found.length > 0)
        return knownBy(
          2,
          `${count(found.length, "file")} with tests`,
          found.slice(0, 3).map((file) => wholeFile(file)),
        );
      if (seen.files.cut) return unknown("there are more files than were looked at");
      return known(0, "No file looks like a test", noFile(seen, "file named as tests are"));
    },
  },
  {
    id: "ci.tests-run",
    question: "Does the pipeline run the tests?",
    looks:
      "Commands of the pipelines, and of the npm scripts, Makefiles and shell scripts that they call. 0: no test program, 2: only by hand or a clock, 3: on changes.",
    weight: 5,
    effort: "an hour",
    best: 3,
    closes: "add a step to the pipeline that runs the tests, and let the branch's rules require it",
    after: "ci.pipeline",
    answer: (seen) =>
      pipelineDoes(seen, "test", {
        yes: "The pipeline runs tests",
        no: "The pipeline runs no test program that is known",
        level: 3,
      }),
  },
  {
    id: "ci.lint",
    question: "Does the pipeline check the code without running it?",
    looks: "Linters, type checkers and formatters among the commands of the pipelines. Levels as for the tests.",
    weight: 2,
    effort: "an hour",
    best: 3,
    closes: "add the linter and the type checker of your language as a step of the pipeline",
    after: "ci.pipeline",
    answer: (seen) =>
      pipelineDoes(seen, "lint", {
        yes: "The pipeline checks the code",
        no: "The pipeline runs no linter or type checker that is known",
        level: 3,
      }),
  },
  {
    id: "ci.green",
    question: "Is the default branch usually green?",
    looks: `Conclusions of GitHub's runs on the default branch, at least ${enough}. 1: under 60 % succeed, 2: under 90 %, 3: 90 % and more.`,
    weight: 3,
    effort: "a day",
    best: 3,
    closes: "`gh run list --branch main --status failure`: repair or delete the test that fails most often first",
    after: "ci.pipeline",
    answer(seen) {
      const runs = onGitHub(seen, "runs");
      if (!runs.known) return notTold(runs);
      const finished = runs.value.filter(
        ({ conclusion }) => conclusion === "success" || conclusion === "failure" || conclusion === "timed_out",
      );
      if (finished.length < enough)
        return unknown(
          `only ${count(finished.length, "finished run")} on the default branch`,
          byRequest(runs.asked, `${finished.length} finished`),
        );
      const share = percent(finished.filter(({ conclusion }) => conclusion === "success").length, finished.length);
      return known(
        share >= 90 ? 3 : share >= 60 ? 2 : 1,
        `${share} % of the last ${finished.length} runs on the default branch succeeded`,
        byRequest(runs.asked, `${share} % of ${finished.length}`),
      );
    },
  },
  {
    id: "ci.fast",
    question: "Does the pipeline answer while one still thinks of the change?",
    looks: `Median time of GitHub's successful runs on the default branch, at least ${enough}. 1: above 20 minutes, 2: above 10, 3: within 10.`,
    weight: 2,
    effort: "a day",
    best: 3,
    closes: "cache dependencies, run jobs beside each other, and move slow tests to a schedule",
    after: "ci.pipeline",
    answer(seen) {
      const runs = onGitHub(seen, "runs");
      if (!runs.known) return notTold(runs);
      const minutes = runs.value.flatMap(({ conclusion, run_started_at: from, updated_at: to }) =>
        conclusion === "success" && from !== undefined ? [(Date.parse(to) - Date.parse(from)) / 60_000] : [],
      );
      if (minutes.length < enough)
        return unknown(
          `only ${count(minutes.length, "successful run")} on the default branch`,
          byRequest(runs.asked, `${minutes.length} successful`),
        );
      const middle = median(minutes);
      return known(
        middle > 20 ? 1 : middle > 10 ? 2 : 3,
        `Half of the successful runs take ${middle.toFixed(0)} minutes or less`,
        byRequest(runs.asked, `median ${middle.toFixed(1)} minutes of ${minutes.length}`),
      );
    },
  },
];
