import { block, comment, expression, mapping, resource, set } from "../hcl.ts";
import type { Item } from "../hcl.ts";
import type { Machines } from "../machines.ts";
import { userData, userDataGuard } from "../render/user-data.ts";
import { volumeLabel } from "./resources.ts";

/** https://docs.hetzner.cloud/reference/cloud#servers-create-a-server */
export const userDataLimit = 32 * 1024;

const labels = set("labels", expression("local.labels"));

/** main.tf: who may log in, and the servers with their addresses and volumes. */
export function servers({ app, environment, name }: Machines): readonly Item[] {
  return [
    block(
      "locals",
      [],
      set("name", name),
      set("servers", expression('toset([for number in range(1, var.server_count + 1) : "${local.name}-${number}"])')),
      set("labels", mapping({ "managed-by": "wherry", "wherry.app": app, "wherry.environment": environment })),
    ),
    ...keys(),
    comment("Several servers do not stand on the same machine of the provider."),
    resource("hcloud_placement_group", "spread", set("name", expression("local.name")), set("type", "spread"), labels),
    ...addresses(),
    server(),
    attachment(),
    ...volumes(),
  ];
}

function keys(): readonly Item[] {
  return [
    comment(
      "A project has each key once, whatever it is called. One that is there already, of another environment or of a",
      "colleague, is used as it is.",
    ),
    block("data", ["hcloud_ssh_keys", "there"]),
    block(
      "locals",
      [],
      set(
        "keys_of_others",
        expression(`{
  for key in data.hcloud_ssh_keys.there.ssh_keys : key.fingerprint => key.id
  if lookup(key.labels, "wherry.app", "") != local.labels["wherry.app"] || lookup(key.labels, "wherry.environment", "") != local.labels["wherry.environment"]
}`),
      ),
    ),
    resource(
      "hcloud_ssh_key",
      "team",
      set(
        "for_each",
        expression(`{
  for fingerprint, key in var.ssh_keys : fingerprint => key
  if !contains(keys(local.keys_of_others), fingerprint)
}`),
      ),
      set("name", expression('"${local.name} ${each.key}"')),
      set("public_key", expression("each.value")),
      labels,
    ),
  ];
}

/** The addresses are things of their own: a server can be made anew behind them, and DNS stays true. */
function addresses(): readonly Item[] {
  return ["ipv4", "ipv6"].map((type) =>
    resource(
      "hcloud_primary_ip",
      type,
      set("for_each", expression("local.servers")),
      set("name", expression(`"\${each.key}-${type}"`)),
      set("type", type),
      set("location", expression("var.location")),
      set("auto_delete", false),
      labels,
    ),
  );
}

function server(): Item {
  return resource(
    "hcloud_server",
    "app",
    set("for_each", expression("local.servers")),
    set("name", expression("each.key")),
    set("server_type", expression("var.server_type")),
    set("location", expression("var.location")),
    set("image", expression("var.image")),
    set("backups", expression("var.backups")),
    set("placement_group_id", expression("hcloud_placement_group.spread.id")),
    comment("From the first packet on; an attachment of its own would come after the first boot."),
    set("firewall_ids", expression("[hcloud_firewall.public.id]")),
    set("shutdown_before_deletion", true),
    comment("Which volume its first boot mounts: without it, what containers keep is on the server's own disk."),
    set(
      "labels",
      expression(`merge(local.labels, {
  for name, volume in hcloud_volume.data : "${volumeLabel}" => volume.id
  if name == each.key
})`),
    ),
    comment("With no key here, the provider would switch a root password on."),
    set(
      "ssh_keys",
      expression(`[
  for fingerprint in keys(var.ssh_keys) :
  try(hcloud_ssh_key.team[fingerprint].id, local.keys_of_others[fingerprint])
]`),
    ),
    userData("hcloud_volume.data[each.key].id"),
    block(
      "public_net",
      [],
      set("ipv4", expression("hcloud_primary_ip.ipv4[each.key].id")),
      set("ipv6", expression("hcloud_primary_ip.ipv6[each.key].id")),
    ),
    block(
      "lifecycle",
      [],
      comment("What is in containers and on the disk is gone with the server: nobody does that in passing."),
      set("prevent_destroy", true),
      comment(
        "These count when a server is made. Later, a change would make it anew, or cut its power and delete an address:",
        "that is what the provider does with public_net of a server that was imported. The label would not be true.",
      ),
      set("ignore_changes", expression(`[user_data, ssh_keys, image, public_net, labels["${volumeLabel}"]]`)),
      ...userDataGuard(userDataLimit),
    ),
  );
}

/** A thing of its own, and no block of the server: that one is lost by an import, and shows as a change for ever. */
function attachment(): Item {
  return resource(
    "hcloud_server_network",
    "private",
    set("for_each", expression("hcloud_server.app")),
    set("server_id", expression("each.value.id")),
    set("subnet_id", expression("hcloud_network_subnet.servers.id")),
  );
}

function volumes(): readonly Item[] {
  return [
    resource(
      "hcloud_volume",
      "data",
      set("for_each", expression("var.data_size > 0 ? local.servers : toset([])")),
      set("name", expression('"${each.key}-data"')),
      set("size", expression("var.data_size")),
      set("location", expression("var.location")),
      comment("xfs: an ext4 disk brings lost+found, which Docker takes for a volume."),
      set("format", "xfs"),
      set("delete_protection", true),
      labels,
      block("lifecycle", [], set("prevent_destroy", true)),
    ),
    resource(
      "hcloud_volume_attachment",
      "data",
      set("for_each", expression("hcloud_volume.data")),
      set("volume_id", expression("each.value.id")),
      set("server_id", expression("hcloud_server.app[each.key].id")),
      comment("The server mounts it by itself: see cloud-init.yaml.tftpl."),
      set("automount", false),
    ),
  ];
}
