import type { ControlGroup } from "../control.ts";

export const network: ControlGroup = {
  title: "Network",
  about:
    "A table of nftables of its own, beside Docker's rules and ufw's: it looks at packets before Docker sends a published port elsewhere, so it holds for containers too, for IPv4 and IPv6. It is loaded before the network at boot, and no restart of Docker touches it. A firewall of the provider in front of it is still a good thing.",
  controls: [
    {
      id: "firewall",
      severity: "error",
      title: "Only SSH, HTTP and HTTPS can be reached from outside",
      why: "Docker publishes ports past ufw: a database with ports: answers anybody who finds the address.",
      check: "the rules that are loaded are those that were loaded, and come back at boot",
      fix: "table wherry_firewall: new connections from outside to the ports of sshd, 80, 443 and those of --allow; answers, ICMP and DHCP pass, and so do loopback, Docker's own bridges (those with a name of their own as Docker lists them now: harden again after one is made), WireGuard and Tailscale. Everything else is dropped",
      undo: "table, file, unit and the list of --allow go",
      guarded: true,
      source: [
        "Docker documentation: packet filtering and firewalls",
        "CIS Debian Linux Benchmark: default deny firewall policy",
      ],
    },
    {
      id: "open-ports",
      severity: "warning",
      title: "Nothing else listens where the firewall is open",
      why: "What does not listen cannot be broken into, whatever becomes of the firewall.",
      check: "sockets that listen beyond loopback (ss), published ports of containers among them",
      remedy: "publish on loopback (127.0.0.1:5432:5432), stop what is not needed, or let the firewall close it",
      source: ["CIS Docker Benchmark 1.6, 5.14"],
    },
    {
      id: "metadata",
      severity: "warning",
      title: "Containers do not reach the provider's metadata service",
      why: "It gives the first configuration of the server, and with some providers keys to the account, to whoever asks from it: a hole in an app becomes a hole in the account.",
      check: "table wherry_metadata is loaded, and comes back at boot",
      fix: "packets to 169.254.169.254, 100.100.100.200 and fd00:ec2::254 that come from any bridge or other interface are dropped; the server itself may ask, and DNS (port 53) is answered, as Google Cloud and Oracle have it at that address",
      undo: "table, file and unit go",
      source: ["Hetzner documentation: server metadata", "AWS documentation: instance metadata and containers"],
    },
    {
      id: "forwarding",
      severity: "error",
      title: "Packets are forwarded for containers",
      why: "Lists of kernel settings for hardening turn forwarding off; after the next boot no container reaches anybody.",
      check: "net.ipv4.ip_forward now, and in every sysctl.d",
      fix: "/etc/sysctl.d/99-zz-wherry-forwarding.conf: 1",
      undo: "the file goes, and the value is as it was",
      source: ["Docker documentation: packet filtering and firewalls"],
    },
    {
      id: "network-kernel",
      severity: "warning",
      title: "The kernel believes no redirections and no invented senders",
      why: "Others on the same network could send the traffic of this server through theirs.",
      check: "13 settings net.*, now and after the next boot; ip_forward is none of them",
      fix: "/etc/sysctl.d/99-zz-wherry-network-kernel.conf; rp_filter is 2, as 1 drops answers on servers with several ways out",
      undo: "the file goes, and the values are as they were",
      source: ["CIS Debian Linux Benchmark: network kernel parameters"],
    },
  ],
};
