import { providerTokens } from "../../config/index.ts";
import type { Provider } from "../provider.ts";
import { cloudInitTemplate } from "../render/cloud-init.ts";
import { openHetzner, tokenHint } from "./api.ts";
import { balancerParts, readBalancerTypes } from "./balancer.ts";
import { leadAddress, readFloating } from "./floating.ts";
import { everyServer, findServers } from "./found.ts";
import { importedFile, importedOutputs } from "./imported.ts";
import { meanings } from "./meanings.ts";
import { network } from "./network.ts";
import { readOffers } from "./offers.ts";
import { outputs } from "./outputs.ts";
import { findOwned } from "./owned.ts";
import { readPrices } from "./prices.ts";
import { findRecords, ownRecords, setRecord, takenNames } from "./records.ts";
import { resources } from "./resources.ts";
import { servers, userDataLimit } from "./servers.ts";

/** GB: what its API takes. */
const smallestVolume = 10;

export const hetzner: Provider = {
  title: "Hetzner",
  token: { variable: providerTokens.hetzner, hint: tokenHint },
  // 1.68: datacenters are gone from the API, and older versions ask for them.
  requirement: { name: "hcloud", source: "hetznercloud/hcloud", version: ">= 1.68.0, < 2.0.0" },
  resources,
  meanings,
  userDataLimit,
  floatingOnInterface: true,
  image: (name) => name,
  render: (machines) => ({
    main: servers(machines),
    network: network(machines),
    outputs: outputs(machines),
    cloudInit: cloudInitTemplate(machines.image, "scsi-0HC_Volume_"),
  }),
  imported: (found) => ({ main: importedFile(found), outputs: importedOutputs() }),
  refusals: ({ data = smallestVolume }) =>
    data < smallestVolume
      ? [
          `a volume at Hetzner has ${smallestVolume} GB at least: infrastructure.data has to be ${smallestVolume}GB or more`,
        ]
      : [],
  shortcomings: () => [],
  open(ctx, token, environment) {
    const api = openHetzner(ctx, token, environment);
    return {
      offers: () => readOffers(api),
      prices: () => readPrices(api),
      balancerTypes: () => readBalancerTypes(api),
      owned: async (owner, dns) => [
        ...(await findOwned(api, owner)),
        ...(await balancerParts(api, owner)),
        ...(await ownRecords(api, owner, dns)),
      ],
      servers: (owner, known) => findServers(api, owner, known),
      everyServer: () => everyServer(api),
      records: (hosts) => findRecords(api, hosts),
      takenNames: (owner, dns) => takenNames(api, owner, dns),
      setRecord: (record, values) => setRecord(api, record, values),
      floating: () => readFloating(api),
      leadAddress: (floating, server) => leadAddress(ctx, api, floating, server),
      // The provider refuses to remove what is protected, and does not take the protection away itself.
      async unprotectVolume(id) {
        await api.send("POST", `/volumes/${id}/actions/change_protection`, { delete: false });
      },
    };
  },
};
