/** Hardening as a playbook of Ansible, from the same table and the same program. */
export { proposeAnsible } from "./propose.ts";
export type { AnsibleProposal } from "./propose.ts";
export { ansibleFiles } from "./render.ts";
export type { InventoryGroup } from "./render.ts";
