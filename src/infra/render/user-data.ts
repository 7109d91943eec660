import { expression, set } from "../hcl.ts";
import type { Item } from "../hcl.ts";

/**
 * What a server is told at its first boot: the template of cloud-init.ts, filled in by OpenTofu.
 * @param volume expression for what its volume is known by on the server; fails where there is none
 */
export function userData(volume: string): Item {
  return set(
    "user_data",
    expression(`join("\\n", ["#cloud-config", templatefile("\${path.module}/cloud-init.yaml.tftpl", {
  ssh_keys       = values(var.ssh_keys)
  first_host_key = var.first_host_key
  volume         = try(${volume}, "")
})])`),
  );
}
