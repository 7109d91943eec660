import * as z from "zod";
import type { Context } from "../../system/index.ts";
import { settleAction } from "../actions.ts";
import type { Action } from "../actions.ts";
import type { CloudServer, Floating, FloatingAddress } from "../provider.ts";
import type { Hetzner } from "./api.ts";

const Location = z.looseObject({ network_zone: z.string() });

const Address = z.looseObject({
  id: z.number(),
  ip: z.string(),
  server: z.number().nullable(),
  home_location: Location,
});

const Ip = z.looseObject({ ip: z.string() }).nullish();

const Server = z.looseObject({
  id: z.number(),
  name: z.string(),
  location: Location,
  public_net: z.looseObject({ ipv4: Ip, ipv6: Ip }),
});

const ActionAnswer = z.looseObject({
  action: z.looseObject({
    id: z.number(),
    status: z.string(),
    error: z.looseObject({ message: z.string() }).nullish(),
  }),
});

/** Floating IPs. A primary IP is none: it changes hands only while both servers are off. */
export async function readFloating(hetzner: Hetzner): Promise<Floating> {
  const addresses = (await hetzner.list("/floating_ips", "floating_ips")).map((raw): FloatingAddress => {
    const { id, ip, server, home_location: home } = Address.parse(raw);
    return {
      id: String(id),
      range: ip,
      server: server === null ? undefined : String(server),
      zone: home.network_zone,
      ofMachine: false,
    };
  });
  if (addresses.length === 0) return { addresses, servers: [], onePerServer: false };
  const servers = (await hetzner.list("/servers", "servers")).map((raw): CloudServer => {
    const { id, name, location, public_net: net } = Server.parse(raw);
    const own = [net.ipv4?.ip, net.ipv6?.ip].filter((ip) => ip !== undefined);
    return { id: String(id), name, addresses: own, zone: location.network_zone };
  });
  return { addresses, servers, onePerServer: false };
}

/** One that leads to another server is led to this one in a single step. */
export async function leadAddress(
  ctx: Context,
  hetzner: Hetzner,
  { id, range }: FloatingAddress,
  server: CloudServer,
): Promise<void> {
  const told = { server: Number(server.id) };
  const { action } = ActionAnswer.parse(await hetzner.send("POST", `/floating_ips/${id}/actions/assign`, told));
  await settleAction(
    ctx,
    { title: "Hetzner", what: `lead ${range} to ${server.name}` },
    actionOf({ action }),
    async () => actionOf(ActionAnswer.parse(await hetzner.get(`/actions/${action.id}`))),
  );
}

function actionOf({ action: { status, error } }: z.infer<typeof ActionAnswer>): Action {
  if (status === "error") return { state: "failed", reason: error?.message };
  return { state: status === "success" ? "done" : "running" };
}
