import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../../src/core/index.ts";
import { digitalocean } from "../../src/infra/digitalocean/index.ts";
import { chooseAddresses } from "../../src/infra/floating.ts";
import type { Cloud } from "../../src/infra/provider.ts";
import { createContext } from "../../src/system/index.ts";
import { fakeDigitalOcean } from "./fake-digitalocean/index.ts";
import type { FakeDigitalOcean } from "./fake-digitalocean/index.ts";

const ip = "192.0.2.20";

/** What of them moves is as at Hetzner: lead-floating.test.ts. */
describe("a reserved IP of DigitalOcean", () => {
  let provider: FakeDigitalOcean;
  let cloud: Cloud;
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${provider.endpoint}/v2${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${provider.token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  const droplet = (name: string, region = "fra1", tags: readonly string[] = []) =>
    post("/droplets", { name, region, tags, size: "s-2vcpu-4gb", image: "debian-13-x64", vpc_uuid: "vpc", ipv6: true });
  const idOf = (name: string): number =>
    Number([...provider.things.droplets.values()].find((one) => one["name"] === name)?.["id"]);
  const reserve = async (name: string): Promise<void> => {
    await post("/reserved_ips", { region: "fra1" });
    await post(`/reserved_ips/${[...provider.things.reserved_ips.keys()].at(-1)}/actions`, {
      type: "assign",
      droplet_id: idOf(name),
    });
  };
  /** From the first droplet's own address to the second one's. */
  const choose = async (brought: readonly string[] = []) =>
    chooseAddresses(await cloud.floating(), {
      from: ["198.51.100.10"],
      to: ["2001:db8::11"],
      leading: [ip],
      brought,
      others: [],
      following: [],
    });

  beforeEach(async () => {
    provider = await fakeDigitalOcean({ address: ip });
    provider.put("vpcs", "vpc", { id: "vpc" });
    const env = { DIGITALOCEAN_API_URL: provider.endpoint };
    const context = createContext({ env, cwd: "/" });
    cloud = digitalocean.open(
      { ...context, clock: { ...context.clock, sleep: async () => {} } },
      new Secret(provider.token),
      "production",
    );
  });
  afterEach(async () => {
    await provider.close();
    if (provider.problems.length > 0) throw new Error(provider.problems.join("\n"));
  });

  test("is led to another droplet of its region", async () => {
    await droplet("old");
    await droplet("fresh");
    await reserve("old");
    const [choice] = await choose();
    if (choice?.fate !== "moves") throw new Error(`it ${choice?.fate}`);
    expect([choice.from?.name, choice.to.name, choice.used]).toEqual(["old", "fresh", [ip]]);
    await cloud.leadAddress(choice.address, choice.to);
    expect(provider.things.reserved_ips.get(ip)?.["droplet"]).toMatchObject({ name: "fresh" });
    expect(await choose()).toMatchObject([{ fate: "arrived" }]);
  });

  test("that files of Wherry's have made for their droplet stays without a word, unless a move has brought it", async () => {
    await droplet("old", "fra1", ["wherry:shop:production"]);
    await droplet("fresh");
    await reserve("old");
    expect(await choose()).toMatchObject([{ fate: "stays", why: undefined }]);
    expect(await choose([ip])).toMatchObject([{ fate: "moves" }]);
  });

  test("stays where the new droplet is in another region, or has one already", async () => {
    await droplet("old");
    await droplet("fresh", "ams3");
    await reserve("old");
    expect(await choose()).toMatchObject([{ fate: "stays", why: "it is of fra1, and fresh is in ams3" }]);
    provider.things.droplets.clear();
    provider.things.reserved_ips.clear();
    await droplet("old");
    await droplet("fresh");
    await reserve("old");
    await reserve("fresh");
    expect(await choose()).toMatchObject([{ fate: "stays", why: "fresh has 192.0.2.21, and can have only one" }]);
  });
});
