import { block, comment, expression, mapping, quoteHcl, renderHcl, set } from "../hcl.ts";
import type { ForeignServer } from "../provider.ts";
import { serversOutput } from "../render/outputs.ts";

/** imported.tf: servers that were there before, exactly as they are. */
export function importedFile(servers: readonly ForeignServer[]): string {
  return renderHcl([
    comment(
      "Servers that somebody made by hand. They are taken in as they are: nothing of them is made anew, and what is not",
      "written here (network, firewall, keys, volumes) is left alone.",
    ),
    block(
      "locals",
      [],
      set("servers", mapping(Object.fromEntries(servers.map((server) => [server.name, valuesOf(server)])))),
    ),
    ...servers.map(({ name, id }) =>
      block("import", [], set("to", expression(`hcloud_server.app[${quoteHcl(name)}]`)), set("id", id)),
    ),
    block(
      "resource",
      ["hcloud_server", "app"],
      set("for_each", expression("local.servers")),
      set("name", expression("each.key")),
      set("server_type", expression("each.value.server_type")),
      set("location", expression("each.value.location")),
      set("backups", expression("each.value.backups")),
      set("labels", expression("each.value.labels")),
      set("delete_protection", expression("each.value.delete_protection")),
      set("rebuild_protection", expression("each.value.rebuild_protection")),
      block(
        "lifecycle",
        [],
        set("prevent_destroy", true),
        comment("Not known here, or of the day on which the server was made: a change would make it anew."),
        set(
          "ignore_changes",
          expression("[user_data, ssh_keys, image, public_net, network, firewall_ids, placement_group_id]"),
        ),
      ),
    ),
  ]);
}

function valuesOf({ type, location, backups, labels, protection }: ForeignServer) {
  return mapping({
    server_type: type,
    location,
    backups,
    delete_protection: protection.delete,
    rebuild_protection: protection.rebuild,
    labels: mapping(labels),
  });
}

/** outputs.tf, in the words of every environment's files. */
export function importedOutputs(): string {
  const addresses = { ipv4: "server.ipv4_address", ipv6: "server.ipv6_address" };
  return renderHcl([serversOutput("hcloud_server", { ...addresses, private: "null", volume: "null" })]);
}
