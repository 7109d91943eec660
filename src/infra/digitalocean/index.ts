import { providerTokens } from "../../config/index.ts";
import type { Provider } from "../provider.ts";
import { cloudInitTemplate } from "../render/cloud-init.ts";
import { openDigitalOcean, tokenHint } from "./api.ts";
import { leadAddress, readFloating } from "./floating.ts";
import { meanings } from "./meanings.ts";
import { imageOf } from "./names.ts";
import { network } from "./network.ts";
import { readOffers } from "./offers.ts";
import { outputs } from "./outputs.ts";
import { findOwned, findServers } from "./owned.ts";
import { readPrices } from "./prices.ts";
import { findRecords, ownRecords, setRecord, takenNames } from "./records.ts";
import { resources } from "./resources.ts";
import { servers, userDataLimit } from "./servers.ts";

const loadBalancers = ["lb-small", "lb-medium", "lb-large"];

export const digitalocean: Provider = {
  title: "DigitalOcean",
  token: { variable: providerTokens.digitalocean, hint: tokenHint },
  // 2.71: the version whose attributes the tests hold these files against.
  requirement: { name: "digitalocean", source: "digitalocean/digitalocean", version: ">= 2.71.0, < 3.0.0" },
  resources,
  meanings,
  userDataLimit,
  // Its images have an anchor address, through which such traffic arrives.
  floatingOnInterface: false,
  image: imageOf,
  render: (machines) => ({
    main: servers(machines),
    network: network(machines),
    outputs: outputs(machines),
    cloudInit: cloudInitTemplate(machines.image, "scsi-0DO_Volume_"),
  }),
  refusals: ({ size, loadBalancer }) => [
    ...(typeof size === "object" && size.architecture === "arm"
      ? ["DigitalOcean has no machines with Arm processors: infrastructure.needs.architecture has to be x86"]
      : []),
    ...(loadBalancer === undefined || loadBalancers.includes(loadBalancer)
      ? []
      : [`infrastructure.load_balancer is one of ${loadBalancers.join(", ")} at DigitalOcean, not ${loadBalancer}`]),
  ],
  shortcomings: ({ count, data, backups, dns, loadBalancer }) => [
    ...(count > 1
      ? ["DigitalOcean has no placement groups: whether two servers stand on the same machine is not known"]
      : []),
    ...(data === undefined
      ? []
      : [
          "DigitalOcean has no delete protection: a volume is guarded by the files, and not against a click in its console",
        ]),
    ...(backups ? ["DigitalOcean's backups are weekly, at 20% of the server's price"] : []),
    ...(dns === undefined || loadBalancer !== undefined
      ? []
      : ["an IPv6 address belongs to its server at DigitalOcean: its DNS record changes when the server is made anew"]),
  ],
  open(ctx, token, environment) {
    const api = openDigitalOcean(ctx, token, environment);
    return {
      offers: () => readOffers(api),
      prices: () => readPrices(api),
      owned: async (owner, dns) => [...(await findOwned(api, owner)), ...(await ownRecords(api, owner, dns))],
      servers: (owner) => findServers(api, owner),
      records: (hosts) => findRecords(api, hosts),
      takenNames: (owner, dns) => takenNames(api, owner, dns),
      setRecord: (record, values) => setRecord(api, record, values),
      floating: () => readFloating(api),
      leadAddress: (floating, server) => leadAddress(ctx, api, floating, server),
      unprotectVolume: async () => {},
    };
  },
};
