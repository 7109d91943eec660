import type { Resources } from "../provider.ts";
import { volumeTagOf } from "./names.ts";

export const resources: Resources = {
  server: "digitalocean_droplet",
  volume: "digitalocean_volume",
  address: "digitalocean_reserved_ip",
  record: "digitalocean_record",
  balancer: "digitalocean_loadbalancer",
  size: "size",
  mounts: ({ tags }, volume) => Array.isArray(tags) && tags.includes(volumeTagOf(volume)),
  kinds: {
    digitalocean_droplet: { word: "server", more: "{size} in {region}", each: true },
    digitalocean_volume: { word: "volume", more: "{size} GB in {region}", each: true },
    digitalocean_volume_attachment: { word: "attachment of volume", each: true },
    digitalocean_reserved_ip: { word: "address of", each: true },
    digitalocean_reserved_ip_assignment: { word: "attachment of the address of", each: true },
    digitalocean_vpc: { word: "network" },
    digitalocean_firewall: { word: "firewall" },
    digitalocean_tag: { word: "tag", each: true },
    digitalocean_ssh_key: { word: "SSH key" },
    digitalocean_loadbalancer: { word: "load balancer", more: "{size}" },
    digitalocean_record: { word: "DNS record", more: "{type} in {domain}" },
  },
};
