import { assess as lookAt, AssessOutcome, reportFormat, saveBaseline, writeReport } from "../../assess/index.ts";
import { command } from "../definition.ts";
import { printAssessment } from "../format/assessment.ts";
import { optional, toggle } from "../parameters.ts";

export const assess = command({
  description: [
    "Says how a team builds and runs its software, in twelve areas, from what the repository, its history, its host and a server show. Changes nothing there.",
    "Every statement has its evidence, every gap the command or edit that closes it. What was not looked at is not known, and never good or bad; there is no grade of the whole.",
    "GitHub is asked where GITHUB_TOKEN, GH_TOKEN or the program gh has a token; reading is all that it needs. The server is asked where an environment is named.",
  ],
  flags: {
    environment: optional("also look at the server of this environment", { short: "e", placeholder: "NAME" }),
    output: optional("write a report to this file: .md or .html", { placeholder: "FILE" }),
    save: toggle("keep the levels in .wherry/assessment.json: the next run says what improved and what got worse"),
  },
  examples: [
    { line: "assess", what: "how this repository is" },
    { line: "assess -e production --output report.html", what: "a report to hand on, with what the server says" },
    { line: "assess --save", what: "begin to watch what improves" },
  ],
  schema: AssessOutcome,
  async run({ environment, directory, output, save }, ctx) {
    // A name that no report can have is said before anything is looked at.
    if (output !== undefined) reportFormat(output);
    const { assessment, directory: top } = await lookAt(ctx, { environment, directory }, ctx.report);
    const reports = output === undefined ? [] : await writeReport(ctx, output, assessment);
    const baselines = save ? await saveBaseline(ctx, top, assessment) : [];
    return { ...assessment, written: [...reports, ...baselines] };
  },
  print: printAssessment,
});
