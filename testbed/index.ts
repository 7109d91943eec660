/**
 * Servers to deploy to, on one machine: each a container that boots systemd, sshd and a Docker engine of its own, with an
 * address of 127.0.0.0/8. What a deployment sees is a real small server; what a test sees is one that can be rebooted,
 * crashed, cut off, filled up and moved far away.
 */
export { createServer as server, listServers } from "./server.ts";
export type { DistantServer, ServerOptions, TestServer } from "./server.ts";
export { whyNot } from "./image.ts";
export { isSystemName, systemNames } from "./systems.ts";
export type { SystemName } from "./systems.ts";
