import type { Check } from "../check.ts";
import type { AreaId } from "../schema.ts";
import { backup } from "./backup.ts";
import { ci } from "./ci.ts";
import { deployment } from "./deployment.ts";
import { documentation } from "./documentation.ts";
import { environments } from "./environments.ts";
import { feedback } from "./feedback.ts";
import { infrastructure } from "./infrastructure.ts";
import { monitoring } from "./monitoring.ts";
import { packaging } from "./packaging.ts";
import { secrets } from "./secrets.ts";
import { security } from "./security.ts";
import { versionControl } from "./version-control.ts";

export interface Area {
  readonly id: AreaId;
  readonly title: string;
  readonly checks: readonly Check[];
}

/** All questions that are asked, in the order of reports. The manual's page is generated from this table. */
export const areas: readonly Area[] = [
  { id: "version-control", title: "Version control", checks: versionControl },
  { id: "ci", title: "Continuous integration", checks: ci },
  { id: "packaging", title: "Packaging", checks: packaging },
  { id: "environments", title: "Environments", checks: environments },
  { id: "deployment", title: "Deployment", checks: deployment },
  { id: "secrets", title: "Secrets", checks: secrets },
  { id: "infrastructure", title: "Infrastructure as code", checks: infrastructure },
  { id: "monitoring", title: "Monitoring", checks: monitoring },
  { id: "security", title: "Security", checks: security },
  { id: "backup", title: "Backup", checks: backup },
  { id: "documentation", title: "Documentation", checks: documentation },
  { id: "feedback", title: "Feedback", checks: feedback },
];
