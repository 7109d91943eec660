import type { Settings } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import type { Step } from "./steps.ts";

/** Says that data is about to be touched and nobody has asked for a copy of it: a rollback would not bring it back. */
export function suggestCopy(steps: readonly Step[], { backup, environment }: Settings, report: Report): void {
  if (backup?.beforeDeploy === true) return;
  // Without a price nothing is changed: it is started for the first time.
  const services = steps.flatMap((step) => (step.step === "change-base" && step.price !== "" ? step.services : []));
  if (services.length === 0) return;
  const how =
    backup === undefined
      ? "copy the data first (backup: in wherry.yaml, then wherry backup run)"
      : `copy the data first: wherry backup run -e ${environment}, or before_deploy: true`;
  report({
    type: "note",
    text: `${services.join(", ")} is changed in place, and a rollback leaves data as it is; ${how}`,
  });
}
