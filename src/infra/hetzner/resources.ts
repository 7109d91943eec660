import type { Resources } from "../provider.ts";

/** A label of a server: the number of the volume that its first boot was told to mount. */
export const volumeLabel = "wherry.volume";

export const resources: Resources = {
  server: "hcloud_server",
  volume: "hcloud_volume",
  address: "hcloud_primary_ip",
  record: "hcloud_zone_rrset",
  balancer: "hcloud_load_balancer",
  size: "server_type",
  mounts: ({ labels }, volume) => (labels as Readonly<Record<string, unknown>> | null)?.[volumeLabel] === volume,
  kinds: {
    hcloud_server: { word: "server", more: "{server_type} in {location}", each: true },
    hcloud_volume: { word: "volume", more: "{size} GB in {location}", each: true },
    hcloud_volume_attachment: { word: "attachment of volume", each: true },
    hcloud_primary_ip: { word: "address", each: true },
    hcloud_network: { word: "network" },
    hcloud_network_subnet: { word: "subnet" },
    hcloud_firewall: { word: "firewall" },
    hcloud_placement_group: { word: "placement group" },
    hcloud_server_network: { word: "place in the network of", each: true },
    hcloud_ssh_key: { word: "SSH key" },
    hcloud_load_balancer: { word: "load balancer", more: "{load_balancer_type}" },
    hcloud_load_balancer_network: { word: "load balancer's network" },
    hcloud_load_balancer_service: { word: "load balancer's service" },
    hcloud_load_balancer_target: { word: "load balancer's target" },
    hcloud_zone_rrset: { word: "DNS records", more: "{type} in {zone}" },
  },
};
