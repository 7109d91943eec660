import type { Control, ControlGroup } from "../control.ts";
import { docker } from "./docker.ts";
import { network } from "./network.ts";
import { ssh } from "./ssh.ts";
import { system } from "./system.ts";
import { upkeep } from "./upkeep.ts";
import { users } from "./users.ts";

/** The table that audit, harden, the playbook and the manual are made from. In the order in which it is done. */
export const controlGroups: readonly ControlGroup[] = [users, system, docker, upkeep, network, ssh];

export const controls: readonly Control[] = controlGroups.flatMap((group) => group.controls);
