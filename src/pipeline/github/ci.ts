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
        ...Object.fromEntries(pipeline.images.map((image) => [`image-${wordOf(image)}`, imageJob(image)])),
        scan: scanJob(),
      },
    },
    [
      "Looks at every change. No job has a secret or may write, so pull requests of forks run all of it.",
      "Actions are pinned by commit: Dependabot moves the pins a week after a release.",
    ],
  );
}

/** A name that no registry has: were it missing here, nobody else's image would be looked at in its place. */
const builtImage = "localhost/built-here:ci";

const contentsFile = "sbom.cdx.json";

function wordOf({ service }: ImageStage): string {
  return service.replaceAll(/[^\w-]/g, "-");
}

/** The image is built to see that it can be, kept nowhere, and what is in it is written down. */
function imageJob(image: ImageStage): Job {
  const { service, context, dockerfile, target } = image;
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
          load: true,
          tags: builtImage,
          "cache-from": `type=gha,scope=${service}`,
          "cache-to": `type=gha,scope=${service},mode=max`,
        },
      },
      {
        name: "What is in it",
        uses: uses("aquasecurity/trivy-action"),
        with: {
          version: trivyVersion,
          "scan-type": "image",
          "image-ref": builtImage,
          format: "cyclonedx",
          output: contentsFile,
        },
      },
      {
        name: "Keep the list",
        uses: uses("actions/upload-artifact"),
        with: {
          name: `sbom-${wordOf(image)}`,
          path: contentsFile,
          "if-no-files-found": "error",
          "retention-days": 30,
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
