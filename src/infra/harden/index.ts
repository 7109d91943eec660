/**
 * What a server should be, as one table of controls: looked at by `audit`, done by `harden`, written as a playbook by
 * `infra ansible`, and listed in the manual.
 */
export { auditServers, gateOf } from "./audit.ts";
export type { Audit, ControlResult, ControlStatus, ServerAudit } from "./audit.ts";
export { checkUndo, parseAllowed, parseControl } from "./choose.ts";
export type { Choice } from "./choose.ts";
export { systems } from "./control.ts";
export type { Control, ControlGroup } from "./control.ts";
export { controlGroups, controls } from "./controls/index.ts";
export { performHardening, planHardening, rootHint, undoHardening } from "./harden.ts";
export type { Hardened, HardenPlan, HardenResult, ServerPlan } from "./harden.ts";
export { auditReport } from "./report.ts";
export { auditSarif } from "./sarif.ts";
