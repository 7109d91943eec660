import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { bringAddresses, standingOn, takeAddresses } from "../../src/release/index.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { inside } from "../helpers/inside.ts";

const v4 = "198.51.100.7";
const v6 = "2001:db8:f::5";
const silent = (): void => {};
const place = { app: "shop", environment: "production" };
const onInterface = { onInterface: true };

/** One story: each test goes on from where the one before it ended. */
describe("floating addresses on a server", () => {
  let there: TestServer;
  let context: Context;
  let name: string;
  const bring = (addresses: readonly string[], where = place) =>
    bringAddresses(context, { place: where, server: name, addresses }, onInterface, silent);
  const take = (addresses: readonly string[], where = place) =>
    takeAddresses(context, { place: where, server: name, addresses }, silent);
  const has = (): Promise<string> =>
    inside(there, `for one in ${v4}/32 ${v6}/128; do ip -o address show to $one | awk '{ print $2, $4 }'; done`);
  const units = (): Promise<string> => inside(there, "cd /etc/systemd/system; stat -c '%n %Z' wherry-addresses-* || :");
  const brought = async (where = place) => (await standingOn(context, where, name)).brought;

  beforeAll(async () => {
    there = await server();
    name = `deploy@${there.address}`;
    context = createContext({ env: { ...process.env, WHERRY_SSH_CONFIG: there.sshConfig } });
    await inside(
      there,
      "echo net.ipv6.conf.all.disable_ipv6=0 > /etc/sysctl.d/90-ipv6.conf; sysctl -q -p /etc/sysctl.d/90-ipv6.conf",
    );
    const homes = ["production", "uat"].map((one) => `/var/lib/wherry/apps/shop/${one}`);
    await inside(
      there,
      `install -d -o deploy -g deploy -m 0700 /var/lib/wherry; su deploy -c 'mkdir -p ${homes.join(" ")}; echo blue > ${homes[1]}/live'`,
    );
  }, 120_000);
  afterAll(() => there?.remove());

  test("are on its interface at once, and nothing changes where they are brought again", async () => {
    await bring([v4, v6]);
    expect(await has()).toBe(`eth0 ${v4}/32\neth0 ${v6}/128`);
    expect(await brought()).toEqual([v6, v4].toSorted());
    expect((await standingOn(context, place, name)).others).toEqual(["shop/uat"]);
    await bring([v4]);
    expect(await has()).toBe(`eth0 ${v4}/32\neth0 ${v6}/128`);
    expect(await brought()).toHaveLength(2);
  });

  test("come back after a reboot, and by themselves where they were taken away, without a word in the journal", async () => {
    await there.reboot();
    await vi.waitFor(async () => expect(await has()).toContain(v6), { timeout: 20_000, interval: 500 });
    await inside(there, `ip address del ${v4}/32 dev eth0`);
    await vi.waitFor(async () => expect(await has()).toContain(v4), { timeout: 30_000, interval: 500 });
    expect(await inside(there, "journalctl -q -b -o cat -u wherry-addresses-shop-production.service")).toBe("");
  });

  test("that another environment has as well stay for it", async () => {
    const uat = { ...place, environment: "uat" };
    // As if both had come to have it: what is there already is not brought.
    await inside(there, `ip address del ${v4}/32 dev eth0`);
    await bring([v4], uat);
    await take([v4]);
    expect(await has()).toBe(`eth0 ${v4}/32\neth0 ${v6}/128`);
    expect(await brought()).toEqual([v6]);
    await take([], uat);
    expect(await has()).toBe(`eth0 ${v6}/128`);
    await take([]);
    expect(await has()).toBe("");
    expect(await units()).toBe("");
    expect([...(await brought()), ...(await brought(uat))]).toEqual([]);
    expect(await inside(there, "systemctl list-units --all --plain --no-legend 'wherry-addresses-*'")).toBe("");
  });

  test("that somebody else has put there are known, and left to whoever that is", async () => {
    await inside(there, `ip address add ${v4}/32 dev eth0`);
    await bring([v4]);
    expect(await units()).toBe("");
    expect(await brought()).toEqual([v4]);
    await take([v4]);
    expect(await has()).toBe(`eth0 ${v4}/32`);
    expect(await brought()).toEqual([]);
    await inside(there, `ip address del ${v4}/32 dev eth0`);
  });

  test("cannot be put there by a user who cannot be root, and nothing is left of the attempt", async () => {
    await inside(there, "mv /etc/sudoers.d/deploy /root/");
    await expect(bring([v4])).rejects.toMatchObject({ code: "not-root" });
    await inside(there, "mv /root/deploy /etc/sudoers.d/");
    expect([await has(), await units(), ...(await brought())]).toEqual(["", ""]);
  });
});
