import type { Pipeline } from "../model.ts";
import { waitForLock } from "../scripts.ts";
import { block, quoted, renderGroovy, sh } from "./groovy.ts";
import { openSsh, prepareStage, stage, wherryCommand, withCredentials } from "./steps.ts";

/** Back to an earlier release: a job of its own, with a form. */
export function rollbackFile(pipeline: Pipeline): string {
  const { environments } = pipeline;
  const choices = environments.map(({ name }) => quoted(name)).join(", ");
  const wherry = wherryCommand(pipeline);
  return renderGroovy(
    block("pipeline", [
      "agent any",
      block("options", ["timeout(time: 1, unit: 'HOURS')", "timestamps()"]),
      block("parameters", [
        `choice(name: 'ENVIRONMENT', choices: [${choices}], description: 'environment to roll back')`,
        "string(name: 'RELEASE', defaultValue: '', description: 'release to go back to, as wherry history lists them; the one before if left out')",
      ]),
      block("stages", [
        prepareStage(),
        ...environments.map((environment) =>
          stage(`Roll ${environment.name} back`, [
            block("when", [`environment name: 'ENVIRONMENT', value: ${quoted(environment.name)}`]),
            block("steps", [
              withCredentials(environment, [
                sh([
                  ...openSsh,
                  "set --",
                  '[ -z "$RELEASE" ] || set -- "--to=$RELEASE"',
                  ...waitForLock([], wherry(`rollback --environment ${environment.name} "$@"`)),
                ]),
              ]),
            ]),
          ]),
        ),
      ]),
    ]),
    ["Makes an earlier release live again, from its record on the server. Data stays as it is."],
  );
}
