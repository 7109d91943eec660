import { notifyLibrary } from "../../notify/index.ts";
import { quote } from "../../system/index.ts";
import alerts from "./scripts/alerts.sh?raw";
import cleanup from "./scripts/cleanup.sh?raw";
import daemon from "./scripts/daemon.py?raw";
import docker from "./scripts/docker.sh?raw";
import library from "./scripts/library.sh?raw";
import main from "./scripts/main.sh?raw";
import network from "./scripts/network.sh?raw";
import ssh from "./scripts/ssh.sh?raw";
import system from "./scripts/system.sh?raw";
import upkeep from "./scripts/upkeep.sh?raw";
import users from "./scripts/users.sh?raw";

/** What the timers of the controls image-cleanup and alerts run: programs of their own on the server. */
export const cleanupProgram = `#!/bin/sh\n${cleanup.trim()}`;
export const alertsProgram = `#!/bin/sh\n${notifyLibrary}${alerts.trim()}`;

/**
 * The one program that looks at a server and changes it: POSIX shell without anything to install, the same for
 * `wherry server audit`, `harden` and the playbook. Its arguments are described in scripts/main.sh.
 */
export const hardeningProgram = [
  `daemon_program=${quote(daemon.trim())}`,
  `cleanup_program=${quote(cleanupProgram)}`,
  `alerts_program=${quote(alertsProgram)}`,
  ...[library, users, ssh, network, system, docker, upkeep].map((part) => part.trim()),
  main,
].join("\n\n");
