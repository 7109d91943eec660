/**
 * The machines: from a few words of wherry.yaml to plain OpenTofu files that belong to the team, and from these to servers
 * that can be deployed to. OpenTofu (or Terraform) makes them; this room writes the files, tells the plan in words and
 * money, guards data, and greets the new server.
 */
export { applyInfra, destroyInfra } from "./apply.ts";
export type { ApplyResult } from "./apply.ts";
export type { MachineChange } from "./changes.ts";
export { typeInFiles } from "./choose.ts";
export { folderOf } from "./machines.ts";
export { proposeInfra } from "./init.ts";
export type { InfraProposal } from "./init.ts";
export { proposeImport } from "./import.ts";
export type { ImportProposal } from "./import.ts";
export type { LedAddress, LedRecord } from "./lead.ts";
export { moveServer, moveServerBack, moveStacks, planServerMove } from "./move.ts";
export type { Moved } from "./move.ts";
export { planRebuild, rebuildServer } from "./rebuild.ts";
export type { RebuildOptions, RebuildPlan, Rebuilt } from "./rebuild.ts";
export { moveTarget } from "./move-target.ts";
export { planInfra } from "./plan.ts";
export type { InfraPlan } from "./plan.ts";
export { infraStatus } from "./status.ts";
export type { InfraStatus } from "./status.ts";
export * from "./harden/index.ts";
export * from "./ansible/index.ts";
