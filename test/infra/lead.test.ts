import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Report } from "../../src/core/index.ts";
import { findStrays, forgetStrays } from "../../src/infra/forget.ts";
import { lead } from "../../src/infra/lead.ts";
import { readAccess, readMachines } from "../../src/infra/session.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";

const old = { A: "192.0.2.10", AAAA: "2001:db8:10::1" };
const fresh = { A: "203.0.113.20", AAAA: "2001:db8:20::1" };
const names = ["@", "www"];
const hosts = ["example.com", "www.example.com"];
const way = { hosts, from: `deploy@${old.A}`, to: `deploy@${fresh.A}`, address: fresh.A };
const options = { environment: "production", directory: undefined };

/** The files' records in the state, and a program that answers from it (dns.integration.test.ts has the real one). */
describe("DNS records of machines that are left", () => {
  let hetzner: FakeHetzner;
  let context: Context;
  let state: string[];
  let locked: boolean;
  const notes: string[] = [];
  const note: Report = (event) => {
    if (event.type === "note") notes.push(event.text);
  };
  const records = () => hetzner.zones.read("example.com");

  beforeEach(async () => {
    hetzner = await fakeHetzner();
    hetzner.zones.put("example.com", {
      "@ A": [old.A],
      "@ AAAA": [old.AAAA],
      "www A": [old.A],
      "www AAAA": [old.AAAA],
    });
    state = names.flatMap((name) => [`hcloud_zone_rrset.ipv4["${name}"]`, `hcloud_zone_rrset.ipv6["${name}"]`]);
    locked = false;
    notes.length = 0;
    const folder = temporaryFolder({
      "wherry.yaml": `app: shop\nenvironments:\n  production:\n    server: deploy@${old.A}\n    infrastructure: { size: cx23, dns: { zone: example.com, names: ["@", www] } }\n`,
      "infra/production/versions.tf": "",
    });
    const env = { HOME: folder, HCLOUD_TOKEN: hetzner.token, HCLOUD_ENDPOINT: hetzner.endpoint };
    const real = createContext({ env, cwd: folder });
    context = { ...real, processes: { ...real.processes, run: async (argv) => answer(argv) } };
  });
  afterEach(() => hetzner.close());

  function answer(argv: readonly string[]): Awaited<ReturnType<Context["processes"]["run"]>> {
    const said = (stdout: string, exitCode = 0, stderr = "") => ({
      stdout,
      stderr,
      exitCode,
      signal: undefined,
      timedOut: false,
    });
    const [program, ...args] = argv;
    // The old server is dead.
    if (program === "ssh" && argv.includes(old.A)) return said("", 255, "Connection timed out");
    if (program === "ssh") return said(`address ${fresh.A}\naddress ${fresh.AAAA}\n`);
    if (args[0] === "version") return said('{"terraform_version":"1.12.6"}');
    if (args[0] === "show") return said(JSON.stringify(stateDocument()));
    if (args[0] === "state" && locked) return said("", 1, "Error acquiring the state lock");
    if (args[0] === "state") state = state.filter((address) => !args.includes(address));
    return said("");
  }

  function stateDocument(): object {
    const server = { id: "1", ipv4: old.A, ipv6: old.AAAA, private: null, volume: null };
    const resources = state.map((address) => ({
      address,
      mode: "managed",
      type: "hcloud_zone_rrset",
      values: {
        zone: "example.com",
        name: /"(.+)"/.exec(address)?.[1],
        type: address.includes("ipv4") ? "A" : "AAAA",
      },
    }));
    return { values: { outputs: { servers: { value: { "shop-production-1": server } } }, root_module: { resources } } };
  }

  test("are all forgotten, then changed, those of a dead server's IPv6 address included", async () => {
    const { dns, left } = await lead(context, options, way, note);
    expect(dns).toHaveLength(4);
    expect(left).toEqual([]);
    expect(state).toEqual([]);
    expect(records()).toEqual({
      "@ A": [fresh.A],
      "@ AAAA": [fresh.AAAA],
      "www A": [fresh.A],
      "www AAAA": [fresh.AAAA],
    });
  });

  test("are forgotten before the first one changes, and a repeat forgets and changes what is left", async () => {
    let sent = 0;
    const cut: Context["https"] = {
      ...context.https,
      async send(...request) {
        if ((sent += 1) > 1) throw new Error("killed");
        return context.https.send(...request);
      },
    };
    await expect(lead({ ...context, https: cut }, options, way, note)).rejects.toThrow("killed");
    expect(state).toEqual([]);
    // As if a state from before had one that leads there already.
    state = ['hcloud_zone_rrset.ipv4["@"]'];
    const { dns, left } = await lead(context, options, way, note);
    expect(dns).toHaveLength(3);
    expect(left).toEqual([]);
    expect(state).toEqual([]);
  });

  test("stay as they are where they cannot be forgotten, and are told as left to people", async () => {
    locked = true;
    const before = records();
    const { dns, left } = await lead(context, options, way, note);
    expect(dns).toEqual([]);
    expect(left.map(({ host, type, address }) => `${host} ${type} ${address}`)).toEqual(
      hosts.flatMap((host) => [`${host} A ${fresh.A}`, `${host} AAAA ${fresh.AAAA}`]),
    );
    expect(notes).toEqual([expect.stringContaining("somebody else is changing these machines") as string]);
    expect(records()).toEqual(before);
  });

  test("that lead elsewhere are taken out of the state before the machines go, and the others stay in it", async () => {
    const labels = { "managed-by": "wherry", "wherry.app": "shop", "wherry.environment": "production" };
    for (const ip of [old.A, old.AAAA]) hetzner.put("primary_ips", { name: `of ${ip}`, ip, labels });
    const machines = await readMachines(context, options);
    const access = await readAccess(context, machines);
    const [record] = (await access.cloud.records(["www.example.com"])).filter(({ type }) => type === "A");
    if (record === undefined) throw new Error("no record");
    await access.cloud.setRecord(record, [fresh.A]);
    const strays = await findStrays(context, machines, access);
    expect(strays.map(({ address }) => address)).toEqual(['hcloud_zone_rrset.ipv4["www"]']);
    expect(state).toHaveLength(4);
    await forgetStrays(context, machines, access, strays, note);
    expect(state).toHaveLength(3);
    expect(state).not.toContain('hcloud_zone_rrset.ipv4["www"]');
    expect(notes).toEqual([expect.stringMatching(/no longer knows them: www\.example\.com A$/)]);
    expect(await findStrays(context, machines, access)).toEqual([]);
  });

  test("cannot be told apart where the zones cannot be read: nothing is forgotten, and nothing goes", async () => {
    const machines = await readMachines(context, options);
    const access = await readAccess(context, machines);
    hetzner.faults.limited = 10_000;
    const impatient = { ...context, clock: { ...context.clock, sleep: async () => {} } };
    const { cloud } = await readAccess(impatient, machines);
    await expect(findStrays(impatient, machines, { ...access, cloud })).rejects.toMatchObject({
      code: "rate-limited",
    });
    expect(state).toHaveLength(4);
  });
});
