import * as z from "zod";
import type { ForeignServer, FoundServer, Owner } from "../provider.ts";
import type { Hetzner } from "./api.ts";

const Server = z.looseObject({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  created: z.string(),
  labels: z.record(z.string(), z.string()),
  server_type: z.looseObject({ name: z.string() }),
  location: z.looseObject({ name: z.string() }),
  backup_window: z.string().nullable(),
  protection: z.looseObject({ delete: z.boolean(), rebuild: z.boolean() }),
  public_net: z.looseObject({ ipv4: z.looseObject({ ip: z.string() }).nullable() }),
});

async function list(hetzner: Hetzner): Promise<readonly z.infer<typeof Server>[]> {
  return (await hetzner.list("/servers", "servers")).map((raw) => Server.parse(raw));
}

/** The servers of an environment: those with its labels, and those that were imported. */
export async function findServers(
  hetzner: Hetzner,
  { app, environment }: Owner,
  known: ReadonlySet<string>,
): Promise<readonly FoundServer[]> {
  const own = (await list(hetzner)).filter(
    ({ id, labels }) =>
      known.has(String(id)) ||
      (labels["managed-by"] === "wherry" &&
        labels["wherry.app"] === app &&
        labels["wherry.environment"] === environment),
  );
  return own.map(({ id, name, status, created, server_type: type, location, public_net: net }) => ({
    id: String(id),
    name,
    status,
    type: type.name,
    location: location.name,
    ipv4: net.ipv4?.ip ?? null,
    created,
  }));
}

/** All servers of the token's project. */
export async function everyServer(hetzner: Hetzner): Promise<readonly ForeignServer[]> {
  return (await list(hetzner)).map((server) => ({
    id: String(server.id),
    name: server.name,
    type: server.server_type.name,
    location: server.location.name,
    backups: server.backup_window !== null,
    labels: server.labels,
    protection: { delete: server.protection.delete, rebuild: server.protection.rebuild },
    ipv4: server.public_net.ipv4?.ip ?? null,
  }));
}
