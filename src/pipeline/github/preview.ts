import { previewName } from "../../config/index.ts";
import type { Pipeline, PreviewStage } from "../model.ts";
import { previewUrl } from "../previews.ts";
import { waitForLock } from "../scripts.ts";
import { secretsOf, serverJob } from "./server-job.ts";
import { wherryCommand } from "./steps.ts";
import type { Job } from "./steps.ts";
import { renderYaml } from "./yaml.ts";

/** A number that GitHub gives: nobody can write words in its place. */
const number = "${{ github.event.pull_request.number }}";

/** The head of the pull request as its author pushed it, not what a merge of it would be. */
const of = { environment: `${previewName}-${number}`, commit: "${{ github.event.pull_request.head.sha }}" };

/**
 * Whose branch it is decides who gets at the secrets: those who may push here, and no fork. GitHub gives none to Dependabot
 * either, so that a run of it could only fail.
 */
const ours =
  "github.event.pull_request.head.repo.full_name == github.repository && github.event.pull_request.user.login != 'dependabot[bot]'";

/** A preview for each pull request: brought up to date with each push, gone when it is closed. */
export function previewWorkflow(pipeline: Pipeline, previews: PreviewStage): string {
  return renderYaml(
    {
      name: "Preview",
      on: { pull_request: { types: ["opened", "synchronize", "reopened", "closed"] } },
      permissions: {},
      concurrency: {
        group: `\${{ github.workflow }}-${number}`,
        "cancel-in-progress": false,
      },
      defaults: { run: { shell: "bash" } },
      jobs: { deploy: deployJob(pipeline, previews), remove: removeJob(pipeline) },
    },
    [
      `Deploys each pull request of this repository to an environment of its own, ${previewName}-NUMBER, and removes it with its`,
      "data when the pull request is closed. It has the secrets of the environment preview alone. Forks have no preview.",
      "",
      "A pull request has one run at a time, and of those that wait GitHub keeps the newest: the last push, or the closing.",
      "GitHub starts nothing for a pull request with conflicts: closed like that, its preview is removed by hand with",
      `wherry remove -e ${previewName}-NUMBER --volumes`,
    ],
  );
}

function deployJob(pipeline: Pipeline, previews: PreviewStage): Job {
  const url = previewUrl(previews, number);
  return serverJob(
    pipeline,
    { name: previewName, url },
    {
      name: "Deploy the preview",
      if: `github.event.action != 'closed' && ${ours}`,
      minutes: 60,
      of,
      step: {
        name: "Deploy",
        env: secretsOf(previews.secrets),
        run: waitForLock([], wherryCommand(pipeline, 'deploy --environment "$ENVIRONMENT"')).join("\n"),
      },
      summary: {
        name: "Summary",
        env: { URL: url, COMMIT: of.commit },
        run: `printf '## %s\\n\\n%s\\n\\nCommit %s\\n' "$ENVIRONMENT" "$URL" "$COMMIT" >> "$GITHUB_STEP_SUMMARY"`,
      },
    },
  );
}

/** It needs no secret of the app: nothing is started. */
function removeJob(pipeline: Pipeline): Job {
  return serverJob(
    pipeline,
    { name: previewName, url: undefined },
    {
      name: "Remove the preview",
      if: `github.event.action == 'closed' && ${ours}`,
      minutes: 60,
      of,
      step: {
        name: "Remove",
        run: waitForLock([], wherryCommand(pipeline, 'remove --environment "$ENVIRONMENT" --volumes --yes')).join("\n"),
      },
      summary: {
        name: "Summary",
        run: `printf '## %s\\n\\nRemoved with its data.\\n' "$ENVIRONMENT" >> "$GITHUB_STEP_SUMMARY"`,
      },
    },
  );
}
