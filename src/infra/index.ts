/** Machines and what is on them: hardening of servers. */
export * from "./harden/index.ts";
export * from "./ansible/index.ts";
