import { block, comment, expression, quoteHcl, renderHcl, set } from "./hcl.ts";
import type { Orphan } from "./provider.ts";

/** The address of one of several things: `hcloud_server.app["shop-production-1"]`. */
export function addressOf(resource: string, key: string, id: number | string): Orphan {
  return { address: `${resource}[${quoteHcl(key)}]`, id: String(id) };
}

/**
 * Import blocks for OpenTofu; read once, by the next plan. What was made and is not in the state is taken in instead of
 * failing on its name.
 */
export function adoptionFile(orphans: readonly Orphan[]): string {
  return renderHcl([
    comment("Made by wherry for one command: what was found at the provider and is missing in the state."),
    ...orphans.map(({ address, id }) => block("import", [], set("to", expression(address)), set("id", id))),
  ]);
}
