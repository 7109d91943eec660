import { block, comment, expression, resource, set } from "../hcl.ts";
import type { Item } from "../hcl.ts";
import type { Machines } from "../machines.ts";
import { userData, userDataGuard } from "../render/user-data.ts";
import { markOf, volumeTagOf } from "./names.ts";

/** https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplets */
export const userDataLimit = 64 * 1024;

/** main.tf: who may log in, and the servers with their addresses and volumes. */
export function servers({ app, environment, name }: Machines): readonly Item[] {
  return [
    block(
      "locals",
      [],
      set("name", name),
      comment("What all of this is known by: a tag where there are tags, else the description."),
      set("mark", markOf({ app, environment })),
      set("servers", expression('toset([for number in range(1, var.server_count + 1) : "${local.name}-${number}"])')),
    ),
    resource("digitalocean_tag", "app", set("name", expression("local.mark"))),
    ...keys(),
    ...addresses(),
    server(),
    ...volumes(),
  ];
}

function keys(): readonly Item[] {
  return [
    comment(
      "An account has each key once, whatever it is called. One that is there already, of another environment or of a",
      "colleague, is used as it is.",
    ),
    block("data", ["digitalocean_ssh_keys", "there"]),
    block(
      "locals",
      [],
      set(
        "keys_of_others",
        expression(`[
  for key in data.digitalocean_ssh_keys.there.ssh_keys : key.fingerprint
  if !startswith(key.name, "\${local.name} ")
]`),
      ),
    ),
    resource(
      "digitalocean_ssh_key",
      "team",
      set(
        "for_each",
        expression(`{
  for fingerprint, key in var.ssh_keys : fingerprint => key
  if !contains(local.keys_of_others, fingerprint)
}`),
      ),
      set("name", expression('"${local.name} ${each.key}"')),
      set("public_key", expression("each.value")),
    ),
  ];
}

/** The addresses are things of their own: a server can be made anew behind them, and DNS stays true. */
function addresses(): readonly Item[] {
  return [
    resource(
      "digitalocean_reserved_ip",
      "ipv4",
      set("for_each", expression("local.servers")),
      set("region", expression("var.location")),
      block(
        "lifecycle",
        [],
        comment("The assignment below says where it leads. An import knows that here as well, and would take it away."),
        set("ignore_changes", expression("[droplet_id]")),
      ),
    ),
    resource(
      "digitalocean_reserved_ip_assignment",
      "ipv4",
      set("for_each", expression("digitalocean_reserved_ip.ipv4")),
      set("ip_address", expression("each.value.ip_address")),
      set("droplet_id", expression("digitalocean_droplet.app[each.key].id")),
      comment("A droplet takes one event at a time, and this one is not tried again."),
      set("depends_on", expression("[digitalocean_volume_attachment.data]")),
    ),
  ];
}

function server(): Item {
  return resource(
    "digitalocean_droplet",
    "app",
    set("for_each", expression("local.servers")),
    set("name", expression("each.key")),
    set("size", expression("var.server_type")),
    set("region", expression("var.location")),
    set("image", expression("var.image")),
    set("backups", expression("var.backups")),
    set("ipv6", true),
    set("vpc_uuid", expression("digitalocean_vpc.private.id")),
    set(
      "tags",
      expression(
        "concat([digitalocean_tag.app.id], [for name, tag in digitalocean_tag.volume : tag.id if name == each.key])",
      ),
    ),
    set("graceful_shutdown", true),
    comment("With no key here, DigitalOcean would mail a root password."),
    set("ssh_keys", expression("keys(var.ssh_keys)")),
    userData("digitalocean_volume.data[each.key].name"),
    block("timeouts", [], set("delete", "5m")),
    block(
      "lifecycle",
      [],
      comment("What is in containers and on the disk is gone with the server: nobody does that in passing."),
      set("prevent_destroy", true),
      comment(
        "These count when a server is made. Later, a change would make it anew, and a tag that names a volume would not be",
        "true.",
      ),
      set("ignore_changes", expression("[user_data, ssh_keys, image, tags]")),
      block(
        "postcondition",
        [],
        set("condition", expression("contains(self.tags, local.mark)")),
        set(
          "error_message",
          expression(
            '"The tag of this environment is missing: no firewall stands in front of ${self.name}. To put it back: doctl compute droplet tag ${self.id} --tag-name ${local.mark}"',
          ),
        ),
      ),
      ...userDataGuard(userDataLimit),
    ),
    comment("The firewall goes by the tag, so it is there from the first packet on."),
    set("depends_on", expression("[digitalocean_firewall.public, digitalocean_ssh_key.team]")),
  );
}

function volumes(): readonly Item[] {
  return [
    resource(
      "digitalocean_volume",
      "data",
      set("for_each", expression("var.data_size > 0 ? local.servers : toset([])")),
      set("name", expression('"${each.key}-data"')),
      set("size", expression("var.data_size")),
      set("region", expression("var.location")),
      comment(
        "No tag: who removes a tag with -target removes all that refers to it, and a volume has to outlive the rest.",
      ),
      set("description", expression("local.mark")),
      comment("xfs: an ext4 disk brings lost+found, which Docker takes for a volume."),
      set("initial_filesystem_type", "xfs"),
      block(
        "lifecycle",
        [],
        comment("DigitalOcean has no delete protection of its own."),
        set("prevent_destroy", true),
        comment("An import does not know the file system, and a change of either would make the volume anew."),
        set("ignore_changes", expression("[description, initial_filesystem_type]")),
      ),
    ),
    comment(
      "Which volume the first boot of a server mounts: without it, what containers keep is on the server's own disk.",
    ),
    resource(
      "digitalocean_tag",
      "volume",
      set("for_each", expression("digitalocean_volume.data")),
      set("name", expression(`"${volumeTagOf("${each.value.id}")}"`)),
    ),
    comment("The server mounts it by itself: see cloud-init.yaml.tftpl."),
    resource(
      "digitalocean_volume_attachment",
      "data",
      set("for_each", expression("digitalocean_volume.data")),
      set("volume_id", expression("each.value.id")),
      set("droplet_id", expression("digitalocean_droplet.app[each.key].id")),
    ),
  ];
}
