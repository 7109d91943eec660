import * as z from "zod";
import type { Context } from "../../system/index.ts";
import { settleAction } from "../actions.ts";
import type { Action } from "../actions.ts";
import type { CloudServer, Floating, FloatingAddress } from "../provider.ts";
import type { DigitalOcean } from "./api.ts";
import { isMark } from "./names.ts";

const Region = z.looseObject({ slug: z.string() });

const Tagged = z.looseObject({ id: z.number(), tags: z.array(z.string()).nullish() });

const Address = z.looseObject({ ip: z.string(), region: Region, droplet: Tagged.nullable() });

const Net = z.looseObject({ ip_address: z.string(), type: z.string() });

const Droplet = z.looseObject({
  id: z.number(),
  name: z.string(),
  region: Region,
  networks: z.looseObject({ v4: z.array(Net).default([]), v6: z.array(Net).default([]) }),
});

const ActionAnswer = z.looseObject({ action: z.looseObject({ id: z.number(), status: z.string() }) });

/** Reserved IPs. That of a droplet with a mark was made by the files, which would lead it back. */
export async function readFloating(api: DigitalOcean): Promise<Floating> {
  const addresses = (await api.list("/reserved_ips", "reserved_ips")).map((raw): FloatingAddress => {
    const { ip, region, droplet } = Address.parse(raw);
    return {
      id: ip,
      range: ip,
      server: droplet === null ? undefined : String(droplet.id),
      zone: region.slug,
      ofMachine: droplet?.tags?.some(isMark) === true,
    };
  });
  if (addresses.length === 0) return { addresses, servers: [], onePerServer: true };
  const servers = (await api.list("/droplets", "droplets")).map((raw): CloudServer => {
    const { id, name, region, networks } = Droplet.parse(raw);
    const own = [...networks.v4, ...networks.v6].filter(({ type }) => type === "public");
    return { id: String(id), name, addresses: own.map((one) => one.ip_address), zone: region.slug };
  });
  return { addresses, servers, onePerServer: true };
}

export async function leadAddress(
  ctx: Context,
  api: DigitalOcean,
  { id, range }: FloatingAddress,
  server: CloudServer,
): Promise<void> {
  const path = `/reserved_ips/${id}/actions`;
  const told = { type: "assign", droplet_id: Number(server.id) };
  const { action } = ActionAnswer.parse(await api.send("POST", path, told));
  await settleAction(
    ctx,
    { title: "DigitalOcean", what: `lead ${range} to ${server.name}` },
    actionOf({ action }),
    async () => actionOf(ActionAnswer.parse(await api.get(`${path}/${action.id}`))),
  );
}

function actionOf({ action: { status } }: z.infer<typeof ActionAnswer>): Action {
  if (status === "errored") return { state: "failed" };
  return { state: status === "completed" ? "done" : "running" };
}
