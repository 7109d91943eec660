import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Report } from "../../src/core/index.ts";
import { addressMeanwhile, lead, planLeading } from "../../src/infra/lead.ts";
import bring from "../../src/release/floating/bring.sh?raw";
import take from "../../src/release/floating/take.sh?raw";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { locations } from "./fake-hetzner/catalogue.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner, Thing } from "./fake-hetzner/index.ts";
import { floatAt, standAt } from "./foreign.ts";

const old = { A: "192.0.2.10", AAAA: "2001:db8:10::1" };
const fresh = { A: "203.0.113.20", AAAA: "2001:db8:20::1" };
const floating = { A: "198.51.100.7", AAAA: "2001:db8:f::5" };
const host = "www.example.com";
const way = { hosts: [host], from: `deploy@${old.A}`, to: `deploy@${fresh.A}`, address: undefined };
const options = { environment: "production", directory: undefined };

/** What a server says of itself, and what it was told to do. */
interface Stand {
  addresses: readonly string[];
  brought: readonly string[];
  others: readonly string[];
  /** Why it does nothing that it is told. */
  refuses: string | undefined;
  readonly did: string[];
}

type Input = NonNullable<Parameters<Context["processes"]["run"]>[1]>["input"];

/** The API is the fake's; the servers answer what they are given here (floating.integration.test.ts has real ones). */
describe("a floating address", () => {
  let hetzner: FakeHetzner;
  let context: Context;
  let servers: { readonly old: Thing; readonly fresh: Thing };
  let stands: { readonly old: Stand; readonly fresh: Stand };
  const notes: string[] = [];
  const note: Report = (event) => {
    if (event.type === "note") notes.push(event.text);
  };
  const records = () => hetzner.zones.read("example.com");
  const led = { at: "Hetzner", from: "old", to: "fresh" };

  beforeEach(async () => {
    hetzner = await fakeHetzner();
    servers = { old: await standAt(hetzner, "old", old), fresh: await standAt(hetzner, "fresh", fresh) };
    stands = {
      old: { addresses: [old.A, old.AAAA, floating.A], brought: [], others: [], refuses: undefined, did: [] },
      fresh: { addresses: [fresh.A, fresh.AAAA], brought: [], others: [], refuses: undefined, did: [] },
    };
    notes.length = 0;
    const folder = temporaryFolder({
      "wherry.yaml": `app: shop\nenvironments:\n  production:\n    server: deploy@${old.A}\n`,
    });
    const env = { HOME: folder, HCLOUD_TOKEN: hetzner.token, HCLOUD_ENDPOINT: hetzner.endpoint };
    const real = createContext({ env, cwd: folder });
    context = {
      ...real,
      processes: { ...real.processes, run: (argv, options) => answer(argv, options?.input, options?.onStdoutLine) },
    };
  });
  afterEach(async () => {
    await hetzner.close();
    if (hetzner.problems.length > 0) throw new Error(hetzner.problems.join("\n"));
  });

  async function answer(
    argv: readonly string[],
    input: Input,
    onLine: ((line: string) => void) | undefined,
  ): ReturnType<Context["processes"]["run"]> {
    const stand = argv.includes(old.A) ? stands.old : stands.fresh;
    const told = input instanceof Readable ? await text(input) : "";
    const [, words = ""] = /^set -e -- (.*)$/m.exec(told) ?? [];
    const verb = told.includes(bring) ? "bring" : told.includes(take) ? "take" : undefined;
    if (verb !== undefined) stand.did.push(`${verb} ${words.replaceAll("'", "")}`);
    const lines =
      verb !== undefined && stand.refuses !== undefined
        ? ["begin receive.1", `problem not-root ${stand.refuses}`, "fail receive.1 77"]
        : [
            ...stand.addresses.map((one) => `address ${one}`),
            ...stand.brought.map((one) => `brought ${one}`),
            ...stand.others.map((one) => `other ${one}`),
          ];
    for (const line of lines) onLine?.(line);
    const exitCode = verb !== undefined && stand.refuses !== undefined ? 77 : 0;
    return { stdout: lines.join("\n"), stderr: "", exitCode, signal: undefined, timedOut: false };
  }

  test("that a host leads to is led to the new server, and its record stays as it is", async () => {
    const ip = floatAt(hetzner, floating.A, servers.old);
    hetzner.zones.put("example.com", { "www A": [floating.A, "192.0.2.7"], "www AAAA": [old.AAAA] });
    const result = await lead(context, options, way, note);
    expect(notes).toEqual([]);
    expect(ip["server"]).toBe(servers.fresh.id);
    expect(stands.fresh.did).toEqual([`bring on-interface ${floating.A}`]);
    expect(stands.old.did).toEqual([]);
    expect(result.addresses).toEqual([{ ...led, address: floating.A }]);
    expect(result.left).toEqual([]);
    expect(records()).toEqual({ "www A": [floating.A, "192.0.2.7"], "www AAAA": [fresh.AAAA] });
  });

  test("is planned, and nothing is touched", async () => {
    floatAt(hetzner, floating.A, servers.old);
    hetzner.zones.put("example.com", { "www A": [floating.A] });
    const before = hetzner.requests.length;
    const plan = await planLeading(context, options, way, note);
    expect(plan).toEqual({ addresses: [{ ...led, address: floating.A }], dns: [] });
    expect(hetzner.requests.slice(before).filter((one) => !one.startsWith("GET"))).toEqual([]);
    expect(stands.fresh.did).toEqual([]);
  });

  test("of IPv6 is a network, and the new server gets the addresses that are known of it", async () => {
    const ip = floatAt(hetzner, "2001:db8:f::/64", servers.old);
    hetzner.zones.put("example.com", { "www A": [old.A], "www AAAA": [floating.AAAA] });
    const result = await lead(context, options, way, note);
    expect(ip["server"]).toBe(servers.fresh.id);
    expect(stands.fresh.did).toEqual([`bring on-interface ${floating.AAAA}`]);
    expect(result.addresses).toEqual([{ ...led, address: "2001:db8:f::/64" }]);
    expect(records()).toEqual({ "www A": [fresh.A], "www AAAA": [floating.AAAA] });
  });

  test("is led by a repeat where the command was killed in between, however far it had come", async () => {
    const ip = floatAt(hetzner, floating.A, servers.old);
    hetzner.zones.put("example.com", { "www A": [floating.A, old.A] });
    let sent = 0;
    const killed = (at: number): Context => ({
      ...context,
      https: {
        ...context.https,
        async send(...request) {
          if ((sent += 1) === at) throw new Error("killed");
          return context.https.send(...request);
        },
      },
    });
    await expect(lead(killed(1), options, way, note)).rejects.toThrow("killed");
    expect(ip["server"]).toBe(servers.old.id);
    sent = 0;
    await expect(lead(killed(2), options, way, note)).rejects.toThrow("killed");
    expect(ip["server"]).toBe(servers.fresh.id);
    const { dns, left } = await lead(context, options, way, note);
    expect(dns).toMatchObject([{ host, before: [floating.A, old.A], after: [floating.A, fresh.A] }]);
    expect(left).toEqual([]);
  });

  test.each([
    [
      "Hetzner fails to lead",
      () => (hetzner.faults.failing = "assign_floating_ip"),
      /could not lead 198\.51\.100\.7 to fresh/,
    ],
    ["the new server cannot take", () => (stands.fresh.refuses = "this user is not root"), /this user is not root/],
    ["another environment is reached by", () => (stands.old.others = ["shop/uat"]), /it leads to shop\/uat, too/],
    [
      "is of another network zone",
      () => void (servers.fresh["location"] = locations[3]),
      /eu-central, and fresh is in us-east/,
    ],
    ["is of another provider", () => void hetzner.things.servers.delete(servers.fresh.id), /not one of this account/],
  ])("that %s stays where it is, which is told, and DNS leads past it", async (_, spoil, why) => {
    const ip = floatAt(hetzner, floating.A, servers.old);
    hetzner.zones.put("example.com", { "www A": [floating.A] });
    spoil();
    const { addresses, dns, left } = await lead(context, options, { ...way, address: floating.A }, note);
    expect(ip["server"]).toBe(servers.old.id);
    expect(addresses).toEqual([]);
    expect(dns).toMatchObject([{ host, before: [floating.A], after: [fresh.A] }]);
    expect(left).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(why) as string]);
  });

  test("that stacks share moves with the last of them, and no record changes before", async () => {
    const ip = floatAt(hetzner, floating.A, servers.old);
    hetzner.zones.put("example.com", { "www A": [floating.A] });
    stands.old.others = ["shop_db/production"];
    const first = { ...way, following: ["shop_db/production"] };
    expect(await lead(context, options, first, note)).toEqual({ addresses: [], dns: [], left: [] });
    expect(ip["server"]).toBe(servers.old.id);
    // Its plan is made before the first one moves.
    const last = { ...way, before: ["shop_db/production"] };
    expect((await planLeading(context, options, last, note)).addresses).toHaveLength(1);
    stands.old.others = [];
    expect((await lead(context, options, way, note)).addresses).toHaveLength(1);
    expect(ip["server"]).toBe(servers.fresh.id);
    expect(notes).toEqual([]);
  });

  test("is known from --address where nobody sees the zone, and the old server is not sent there meanwhile", async () => {
    const ip = floatAt(hetzner, floating.A, servers.old);
    const said = { ...way, address: floating.A };
    expect(await addressMeanwhile(context, options, said, note)).toBeUndefined();
    expect(await addressMeanwhile(context, options, { ...way, address: "192.0.2.99" }, note)).toBe("192.0.2.99");
    // Not even where it stays.
    stands.old.others = ["shop/uat"];
    expect(await addressMeanwhile(context, options, said, note)).toBeUndefined();
    stands.old.others = [];
    const { addresses, left } = await lead(context, options, said, note);
    expect(addresses).toHaveLength(1);
    expect(left).toEqual([]);
    expect(ip["server"]).toBe(servers.fresh.id);
    // Without it nobody knows that visitors come by it.
    floatAt(hetzner, "198.51.100.9", servers.old);
    expect((await lead(context, options, way, note)).addresses).toEqual([]);
  });

  test("that is how wherry.yaml knows the old server is refused before anything is touched", async () => {
    floatAt(hetzner, old.A, servers.old);
    (servers.old["public_net"] as { ipv4: { ip: string } }).ipv4.ip = "192.0.2.1";
    await expect(addressMeanwhile(context, options, way, note)).rejects.toMatchObject({
      code: "floating-server",
      hint: expect.stringContaining(
        "the machine itself, 192.0.2.1, as server:, and say --address 192.0.2.10",
      ) as string,
    });
  });

  test("goes back with a move, though nobody says so, and the server that has it no more gives it up", async () => {
    const ip = floatAt(hetzner, floating.A, servers.fresh);
    stands.fresh.brought = [floating.A];
    stands.fresh.addresses = [fresh.A, floating.A];
    const back = { ...way, from: way.to, to: way.from };
    const result = await lead(context, options, back, note);
    expect(result.addresses).toEqual([{ address: floating.A, at: "Hetzner", from: "fresh", to: "old" }]);
    expect(ip["server"]).toBe(servers.old.id);
    expect(stands.old.did).toEqual([`bring on-interface ${floating.A}`]);
    expect(stands.fresh.did).toEqual([`take ${floating.A}`]);
    // Killed before it was given up: a repeat sees to that.
    await lead(context, options, back, note);
    expect(stands.fresh.did).toEqual([`take ${floating.A}`, `take ${floating.A}`]);
  });

  test("that is on both servers' interfaces is nobody's own address", async () => {
    stands.fresh.addresses = [floating.A, fresh.A];
    const ip = floatAt(hetzner, floating.A, servers.old);
    hetzner.zones.put("example.com", { "www A": [old.A] });
    const named = { ...way, to: "deploy@next" };
    expect((await lead(context, options, named, note)).dns).toMatchObject([{ after: [fresh.A] }]);
    expect(ip["server"]).toBe(servers.old.id);
  });

  test("that leads nowhere, as its server is gone, is led to the new one", async () => {
    const ip = floatAt(hetzner, floating.A, undefined);
    hetzner.zones.put("example.com", { "www A": [floating.A] });
    hetzner.things.servers.delete(servers.old.id);
    expect((await lead(context, options, way, note)).addresses).toEqual([{ ...led, from: null, address: floating.A }]);
    expect(ip["server"]).toBe(servers.fresh.id);
  });
});
