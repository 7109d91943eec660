import * as z from "zod";
import { exitCodes, formatSeconds } from "../../../core/index.ts";
import type { ExitName } from "../../../core/index.ts";
import { localPipeline } from "../../../pipeline/index.ts";
import type { LocalStage, StageResult } from "../../../pipeline/index.ts";
import { command } from "../../definition.ts";
import { table } from "../../format/table.ts";
import { list, optional } from "../../parameters.ts";
import { version } from "../../version.ts";
import { releaseBranch } from "./flags.ts";

/** The worst exit code of the stages is no part of the result: a key that JSON does not know. */
const ended = Symbol("ended");

export const run = command({
  description: [
    "Runs the stages of the pipeline on this machine, from the same model that the files for GitHub, GitLab and Jenkins are written from: install, lint, types, unit and integration of each part, check of each environment, build of each image. Integration tests get the databases of the compose file as empty containers, which are removed again whatever happens, also on ctrl-c. All stages are run, whatever fails; it ends with 8 where one did.",
    "A stage is named by its kind (lint) or whole (lint-web); without a name all of them run. Named stages run alone, without install. deploy is only run by name and with an environment: all other stages come first, then the gate, as in any pipeline, then the deployment of the commit that is checked out.",
    "It runs in the files as they lie here, with bash and the programs of this machine: install may replace node_modules.",
  ],
  args: { stages: list("stage, by kind or whole; all but deploy if left out", { placeholder: "STAGE" }) },
  flags: {
    ref: optional(
      "with deploy: the ref that the pipeline would be started by; a tag of the environment that stands here, or the branch",
      {
        placeholder: "REF",
      },
    ),
    releaseBranch,
  },
  needs: ["environment", "plan"],
  examples: [
    { line: "pipeline run --plan", what: "list the stages" },
    { line: "pipeline run", what: "everything that CI looks at" },
    { line: "pipeline run integration", what: "only the integration tests, with their databases" },
    { line: "pipeline run deploy -e uat", what: "all of it, then the gate, then the deployment" },
  ],
  schema: z.strictObject({
    app: z.string(),
    passed: z.boolean().nullable(),
    stages: z.array(
      z.strictObject({
        id: z.string(),
        kind: z.enum(["install", "lint", "types", "unit", "integration", "check", "build", "deploy"]),
        does: z.array(z.string()),
        databases: z.array(z.string()),
        outcome: z.enum(["planned", "passed", "failed", "skipped"]),
        seconds: z.number().nullable(),
        reason: z.string().nullable(),
        log: z.array(z.string()),
      }),
    ),
    notes: z.array(z.string()),
  }),
  async run({ stages: names, ref, releaseBranch: branch, environment, directory, plan }, ctx) {
    const found = await localPipeline(ctx, { directory, names, environment, ref, releaseBranch: branch, version });
    const results = plan ? [] : await found.run(ctx.report);
    const codes = results.map(({ exit }) => exit);
    return {
      app: found.app,
      passed: plan ? null : results.every(({ outcome }) => outcome === "passed"),
      stages: found.stages.map((stage) =>
        documentOf(
          stage,
          results.find(({ id }) => id === stage.id),
        ),
      ),
      notes: [...found.notes],
      [ended]: worst(codes),
    };
  },
  print({ passed, stages, notes }, { style }) {
    if (stages.length === 0) return ["nothing here that a pipeline could run", ...notes.map((note) => `  ${note}`)];
    const words = {
      planned: "",
      passed: style.good("passed"),
      failed: style.bad("failed"),
      skipped: style.warning("skipped"),
    };
    const failed = stages.filter(({ outcome }) => outcome === "failed");
    const rows = stages.map(({ id, outcome, seconds, reason, does, databases }) =>
      passed === null
        ? [
            style.bold(id),
            [...does, ...(databases.length === 0 ? [] : [`beside it: ${databases.join(", ")}`])].join("; "),
          ]
        : [words[outcome], style.bold(id), seconds === null ? "" : formatSeconds(seconds), style.dim(reason ?? "")],
    );
    return [
      ...table(rows),
      ...failed.flatMap(({ id, log }) => ["", style.bold(`${id}:`), ...log.map((line) => `  ${line}`)]),
      ...(passed === null && notes.length > 0 ? ["", style.bold("To know:"), ...notes.map((note) => `  ${note}`)] : []),
    ];
  },
  exitCode: (data) => (data as { readonly [ended]?: ExitName })[ended] ?? "done",
});

function worst(codes: readonly ExitName[]): ExitName {
  // A failed deployment says more than a finding: what serves now depends on it.
  const order: readonly ExitName[] = ["attention", "failed", "locked", "refused", "invalid", "usage"];
  return order.find((one) => codes.includes(one)) ?? codes.find((one) => exitCodes[one] !== 0) ?? "done";
}

function documentOf(stage: LocalStage, result: StageResult | undefined) {
  const { id, kind } = stage;
  return {
    id,
    kind,
    does: doesOf(stage),
    databases: "databases" in stage ? stage.databases.map(({ image }) => image.replace(/@.*$/, "")) : [],
    outcome: result?.outcome ?? ("planned" as const),
    seconds: result?.seconds ?? null,
    reason: result?.reason ?? null,
    log: [...(result?.log ?? [])],
  };
}

/** Each command on one line. */
function doesOf(stage: LocalStage): string[] {
  if (stage.kind === "check") return [`wherry check -e ${stage.environment}`];
  if (stage.kind === "build") return [`docker buildx build of ${stage.dockerfile}`];
  if (stage.kind === "deploy") return ["wherry pipeline gate", `wherry deploy -e ${stage.environment}`];
  return stage.commands.map(({ run: text }) => text.replaceAll("\n", "; "));
}
