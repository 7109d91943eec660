import { environmentOf } from "../../config/index.ts";
import type { ImageStage, Pipeline } from "../model.ts";
import { trivyVersion } from "../actions.ts";
import { checkJob, checkOut, partJobs, readContents, runner } from "./steps.ts";
import type { Job } from "./steps.ts";
import { filterOf, renderYaml, uses } from "./yaml.ts";

/** What is looked at with each change. No job here has a secret, so forks can have all of it. */
export function ciWorkflow(pipeline: Pipeline): string {
  // A push to a branch that is deployed has the same checks in deploy.yml, in front of the deployment.
  const rules = pipeline.environments.map(({ rule }) => rule);
  const deployed = environmentOf(`refs/heads/${pipeline.releaseBranch}`, rules).environment !== undefined;
  const pushed = deployed ? [] : [pipeline.releaseBranch];
  return renderYaml(
    {
      name: "CI",
      on: {
        pull_request: {},
        ...(pushed.length === 0 ? {} : { push: { branches: pushed.map(filterOf) } }),
      },
      permissions: {},
      concurrency: {
        group: "${{ github.workflow }}-${{ github.event.pull_request.number || github.ref }}",
        "cancel-in-progress": true,
      },
      defaults: { run: { shell: "bash" } },
      jobs: {
        ...partJobs(pipeline, "cache"),
        ...(pipeline.environments.length === 0 ? {} : { wherry: checkJob(pipeline) }),
        ...Object.fromEntries(
          pipeline.images.map((image) => [`image-${image.service.replaceAll(/[^\w-]/g, "-")}`, imageJob(image)]),
        ),
        scan: scanJob(),
      },
    },
    [
      "Looks at every change. No job has a secret or may write, so pull requests of forks run all of it.",
      "Actions are pinned by commit: Dependabot moves the pins a week after a release.",
    ],
  );
}

function imageJob({ service, context, dockerfile, target }: ImageStage): Job {
  return {
    name: `Image of ${service}`,
    "runs-on": runner,
    "timeout-minutes": 30,
    permissions: readContents,
    steps: [
      checkOut(),
      { name: "Buildx", uses: uses("docker/setup-buildx-action") },
      {
        name: "Build",
        uses: uses("docker/build-push-action"),
        with: {
          context: context === "" ? "." : context,
          file: dockerfile,
          ...(target === undefined ? {} : { target }),
          push: false,
          "cache-from": `type=gha,scope=${service}`,
          "cache-to": `type=gha,scope=${service},mode=max`,
        },
      },
    ],
  };
}

/** Known holes in packages, for which there is a repair: what has none is nobody's task today. */
function scanJob(): Job {
  return {
    name: "Known vulnerabilities",
    "runs-on": runner,
    "timeout-minutes": 15,
    permissions: readContents,
    steps: [
      checkOut(),
      {
        name: "Trivy",
        uses: uses("aquasecurity/trivy-action"),
        with: {
          version: trivyVersion,
          "scan-type": "fs",
          scanners: "vuln",
          severity: "HIGH,CRITICAL",
          "ignore-unfixed": true,
          "exit-code": "1",
        },
      },
    ],
  };
}
