import type { EnvironmentStage, Pipeline } from "../model.ts";
import { checkOut, installWherry, readContents, runner, wherryCommand, wherryVariables } from "./steps.ts";
import type { Job, Step } from "./steps.ts";

/** What a job that works on the server of an environment does there, and when. */
export interface ServerWork {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly if: string;
  readonly minutes: number;
  /** Where it is not the environment of the same name, at the commit of the run: expressions of GitHub. */
  readonly of?: { readonly environment: string; readonly commit: string };
  readonly step: Step;
  /** What the page of the run says of it; left out: what was deployed, by the server's ledger. */
  readonly summary?: Step;
}

/** A job with the way to a server: it alone has the key, and takes it away at its end, whatever happens. */
export function serverJob(
  pipeline: Pipeline,
  environment: Pick<EnvironmentStage, "name" | "url">,
  work: ServerWork,
): Job {
  const { name, url } = environment;
  const { name: title, ...step } = work.step;
  return {
    name: work.name,
    ...(work.needs === undefined ? {} : { needs: work.needs }),
    if: work.if,
    "runs-on": runner,
    "timeout-minutes": work.minutes,
    environment: { name, ...(url === undefined ? {} : { url }) },
    permissions: readContents,
    env: { ENVIRONMENT: work.of?.environment ?? name, ...wherryVariables(pipeline) },
    steps: [
      checkOut("whole", work.of?.commit),
      ...installWherry(),
      openSsh(),
      { name: title, id: "work", ...step },
      work.summary ?? summary(pipeline),
      closeSsh(),
    ],
  };
}

export function secretsOf(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `\${{ secrets.${name} }}`]));
}

/** The key is a secret and the server's own key a variable of the environment. A server that shows another key is refused. */
function openSsh(): Step {
  return {
    name: "Open the way to the server",
    env: { SSH_KEY: "${{ secrets.WHERRY_SSH_KEY }}", KNOWN_HOSTS: "${{ vars.WHERRY_KNOWN_HOSTS }}" },
    run: [
      '[ -n "$SSH_KEY" ] || { echo "::error::the secret WHERRY_SSH_KEY of this environment has no value"; exit 1; }',
      '[ -n "$KNOWN_HOSTS" ] || { echo "::error::the variable WHERRY_KNOWN_HOSTS of this environment has no value"; exit 1; }',
      "umask 077",
      "mkdir -p ~/.ssh",
      "printf '%s\\n' \"$SSH_KEY\" > ~/.ssh/wherry",
      "printf '%s\\n' \"$KNOWN_HOSTS\" > ~/.ssh/known_hosts",
      "printf '%s\\n' 'IdentityFile ~/.ssh/wherry' 'IdentitiesOnly yes' 'StrictHostKeyChecking yes' > ~/.ssh/config",
    ].join("\n"),
  };
}

function closeSsh(): Step {
  return { name: "Take the key away", if: "always()", run: "rm -f ~/.ssh/wherry" };
}

/** What changed, and how to go back: on the page of the run. Nothing is told where the job did not get that far. */
function summary(pipeline: Pipeline): Step {
  return {
    name: "Summary",
    if: "${{ !cancelled() && steps.work.outcome != 'skipped' }}",
    run: `${wherryCommand(pipeline, 'pipeline summary --environment "$ENVIRONMENT"')} >> "$GITHUB_STEP_SUMMARY"`,
  };
}
