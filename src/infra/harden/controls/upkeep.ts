import type { ControlGroup } from "../control.ts";

export const upkeep: ControlGroup = {
  title: "Upkeep",
  about:
    "Two small shell programs in `/usr/local/lib/wherry-hardening`, run by timers of systemd, and what Wherry keeps.",
  controls: [
    {
      id: "image-cleanup",
      severity: "info",
      title: "Images that no release needs go",
      why: "Disks fill up with what was deployed last year.",
      check: "wherry-cleanup.timer, its service and its program",
      fix: "every day: images wherry/APP/SERVICE that no kept release names, and layers without a name that are older than two days. Images of others, volumes and what a container uses stay; while something is deployed nothing goes",
      undo: "timer, service and program go",
      source: ["Docker documentation: prune unused Docker objects"],
    },
    {
      id: "alerts",
      severity: "warning",
      title: "Somebody is told before a disk is full or a certificate ends",
      why: "Both are known for days before they stop an app.",
      check: "wherry-alerts.timer, its service and its program; openssl",
      fix: "every half hour: disks from 85 % on (bytes or inodes, volumes of the provider among them), certificates of the proxy that end within two weeks, a restart that is due; to the journal, and to the channels of notify: that want attention. Again when it changes, and once a day for as long as it lasts",
      undo: "timer, service and program go",
      source: ["Wherry: notify"],
    },
    {
      id: "wherry-folder",
      severity: "error",
      title: "Wherry's folder is the deploy user's alone",
      why: "Values of secrets and private keys of certificates are in it.",
      check: "owner and mode of /var/lib/wherry, or of .local/state/wherry at home",
      fix: "700",
      undo: "the mode as it was",
      source: ["Wherry: security"],
    },
  ],
};
