import { loadEnvironment, loadReleaseRules } from "../../config/index.ts";
import type { LoadOptions } from "../../config/index.ts";
import type { Context } from "../../system/index.ts";
import { compare } from "../../writer/index.ts";
import type { Change } from "../../writer/index.ts";
import { serversOf } from "../harden/audit.ts";
import { ansibleFiles } from "./render.ts";
import type { InventoryGroup } from "./render.ts";

export interface AnsibleProposal {
  /** Folder of wherry.yaml. */
  readonly root: string;
  readonly changes: readonly Change[];
}

/** What `infra ansible` would write beside wherry.yaml: all environments that have servers reached by SSH. */
export async function proposeAnsible(ctx: Context, options: Pick<LoadOptions, "directory">): Promise<AnsibleProposal> {
  const { directory, environments } = await loadReleaseRules(ctx, options);
  const groups: InventoryGroup[] = [];
  for (const { environment: name } of environments) {
    const { addresses } = await serversOf(ctx, { ...options, environment: name }, loadEnvironment);
    const servers = addresses.flatMap((address) => (address.kind === "ssh" ? [address] : []));
    if (servers.length > 0) groups.push({ environment: name, servers });
  }
  return { root: directory, changes: await compare(ctx, directory, ansibleFiles(groups)) };
}
