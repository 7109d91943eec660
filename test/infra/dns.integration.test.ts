import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/core/index.ts";
import { applyInfra, destroyInfra, planInfra, proposeInfra } from "../../src/infra/index.ts";
import type { InfraPlan } from "../../src/infra/index.ts";
import { lead } from "../../src/infra/lead.ts";
import { readAccess, readMachines } from "../../src/infra/session.ts";
import type { Context, ProcessResult } from "../../src/system/index.ts";
import { apply as write } from "../../src/writer/index.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";
import { hetznerUnderTest, infraApp, missingParts } from "./parts.ts";
import type { InfraApp } from "./parts.ts";

const missing = missingParts(hetznerUnderTest);
if (missing !== undefined) console.log(`skipped: ${missing}`);

const yaml = `app: shop
environments:
  production:
    infrastructure: { size: cx23, location: nbg1, dns: { zone: example.com, names: ["@", www] } }
`;

/** One story: each test goes on from where the one before it ended. */
describe.skipIf(missing !== undefined)("DNS records, with the real provider and a fake Hetzner", () => {
  let hetzner: FakeHetzner;
  let app: InfraApp;
  const options = { environment: "production", directory: undefined };
  const yes = { ...options, destroyData: true, overLimit: false, confirm: async () => {} };
  const silent = (): void => {};
  const records = () => hetzner.zones.read("example.com");
  const state = (): string => app.tofu("state", "list").said;
  const others = { "mail A": ["192.0.2.99"], "old CNAME": ["elsewhere.example.net."] };
  const made = {
    "@ A": ["192.0.2.10"],
    "@ AAAA": ["2001:db8::1"],
    "www A": ["192.0.2.10"],
    "www AAAA": ["2001:db8::1"],
  };

  const init = async (text: string): Promise<void> => {
    app.write("wherry.yaml", text);
    const { directory, changes } = await proposeInfra(app.context, options);
    await write(app.context, directory, changes);
  };

  beforeAll(async () => {
    hetzner = await fakeHetzner();
    hetzner.zones.put("example.com", others);
    app = infraApp(hetznerUnderTest, hetzner, yaml);
    await init(yaml);
  });
  afterAll(async () => {
    app.remove();
    await hetzner.close();
  });

  test("whose zone is not there, or that lead elsewhere, are refused before anything is ordered", async () => {
    const sent = (): readonly string[] => hetzner.requests.filter((request) => !request.startsWith("GET"));
    await init(yaml.replace("example.com", "example.org"));
    for (const ask of [() => planInfra(app.context, options, silent), () => applyInfra(app.context, yes, silent)])
      await expect(ask()).rejects.toMatchObject({
        code: "no-zone",
        exit: "refused",
        message: "Hetzner shows this token no DNS zone example.org",
      });

    await init(yaml.replace("www]", "mail, old]"));
    await expect(applyInfra(app.context, yes, silent)).rejects.toMatchObject({
      code: "dns-name-taken",
      exit: "refused",
      context: ["mail.example.com A: 192.0.2.99", "old.example.com CNAME: elsewhere.example.net."],
    });
    expect(sent()).toEqual([]);
    await init(yaml);
  });

  test("are made with the servers, and the second plan is empty", async () => {
    const { changes } = await applyInfra(app.context, yes, silent);
    expect(changes.filter(({ type }) => type === "hcloud_zone_rrset")).toHaveLength(4);
    expect(records()).toEqual({ ...made, ...others });
    expect((await planInfra(app.context, options, silent)).changes).toEqual([]);
  });

  test("that are missing in the state are taken in, and those of somebody else are not written over", async () => {
    app.tofu("state", "rm", "hcloud_zone_rrset.ipv4", "hcloud_zone_rrset.ipv6");
    const { changes } = await applyInfra(app.context, yes, silent);
    expect(changes.map(({ action }) => action)).not.toContain("create");
    expect(records()).toEqual({ ...made, ...others });

    await init(yaml.replace("www]", "www, mail]"));
    await expect(applyInfra(app.context, yes, silent)).rejects.toMatchObject({ code: "dns-name-taken" });
    expect(records()).toEqual({ ...made, ...others });
  });

  const elsewhere = { A: "203.0.113.20", AAAA: "2001:db8:20::1" };
  const way = {
    hosts: ["www.example.com"],
    from: "deploy@192.0.2.10",
    to: `deploy@${elsewhere.A}`,
    address: elsewhere.A,
  };
  const notes: string[] = [];
  const note: Report = (event) => {
    if (event.type === "note") notes.push(event.text);
  };
  /** The old server is dead, the new one says where it is, and `fails` is asked of each program that is run. */
  const led = (fails: (argv: readonly string[]) => ProcessResult | undefined = () => undefined): Context => {
    const { processes } = app.context;
    const result = { stdout: "", stderr: "", exitCode: 0, signal: undefined, timedOut: false };
    const run: Context["processes"]["run"] = async (argv, more) => {
      if (argv[0] === "ssh" && argv.includes("192.0.2.10"))
        return { ...result, exitCode: 255, stderr: "Connection timed out" };
      if (argv[0] === "ssh" && argv.includes(elsewhere.A))
        return { ...result, stdout: `address ${elsewhere.A}\naddress ${elsewhere.AAAA}\n` };
      return fails(argv) ?? processes.run(argv, more);
    };
    return { ...app.context, processes: { ...processes, run } };
  };

  test("stay as they are where the files of the old machines cannot forget them, and people are told", async () => {
    const locked = led((argv) =>
      argv[1] === "state"
        ? { stdout: "", stderr: "Error acquiring the state lock", exitCode: 1, signal: undefined, timedOut: false }
        : undefined,
    );
    expect(await lead(locked, options, way, note)).toEqual({
      addresses: [],
      dns: [],
      left: [
        { host: "www.example.com", type: "A", address: elsewhere.A },
        { host: "www.example.com", type: "AAAA", address: elsewhere.AAAA },
      ],
    });
    expect(notes.splice(0)).toEqual([expect.stringContaining("somebody else is changing these machines") as string]);
    expect(records()).toMatchObject(made);
  });

  test("are forgotten before the first is changed, and a repeat changes what is left, IPv6 of a dead server included", async () => {
    const context = led();
    let changed = 0;
    const cut: Context["https"] = {
      ...context.https,
      async send(method, ...more) {
        if (method !== "GET" && (changed += 1) > 1) throw new Error("killed");
        return context.https.send(method, ...more);
      },
    };
    await expect(lead({ ...context, https: cut }, options, way, note)).rejects.toThrow("killed");
    expect(notes.splice(0)).toEqual([expect.stringContaining("take dns: out there") as string]);
    expect(records()).toMatchObject({ "www A": [elsewhere.A], "www AAAA": made["www AAAA"] });
    expect(state()).toContain('hcloud_zone_rrset.ipv4["@"]');
    expect(state()).not.toContain('["www"]');

    const { dns, left } = await lead(context, options, way, note);
    expect(dns.map(({ type, after }) => [type, after])).toEqual([["AAAA", [elsewhere.AAAA]]]);
    expect(left).toEqual([]);
    expect(records()).toMatchObject({ "www A": [elsewhere.A], "www AAAA": [elsewhere.AAAA] });
  });

  test("that lead there already are forgotten as well", async () => {
    for (const type of ["ipv4", "ipv6"])
      await app.tofuOnline(
        "import",
        "-input=false",
        `hcloud_zone_rrset.${type}["www"]`,
        `example.com/www/${type === "ipv4" ? "A" : "AAAA"}`,
      );
    expect(state()).toContain('hcloud_zone_rrset.ipv6["www"]');
    expect(await lead(led(), options, way, note)).toEqual({ addresses: [], dns: [], left: [] });
    expect(state()).not.toContain('["www"]');
    notes.splice(0);
  });

  test("that people have led elsewhere by hand stay when the machines go", async () => {
    const machines = await readMachines(app.context, options);
    const { cloud } = await readAccess(app.context, machines);
    const [record] = (await cloud.records(["example.com"])).filter(({ type }) => type === "A");
    if (record === undefined) throw new Error("no record");
    await cloud.setRecord(record, [elsewhere.A]);

    const before = state();
    const shown: InfraPlan[] = [];
    const look = { ...options, data: true, confirm: async (plan: InfraPlan) => (shown.push(plan), "stop" as const) };
    const found = await destroyInfra(app.context, look, note);
    expect(found).toEqual(shown[0]);
    expect(found.stays).toEqual(["example.com A"]);
    expect(found.changes.flatMap(({ type, what }) => (type === "hcloud_zone_rrset" ? [what] : []))).toEqual([
      "DNS records @ (AAAA in example.com)",
    ]);
    const no = new Error("no");
    await expect(destroyInfra(app.context, { ...look, confirm: () => Promise.reject(no) }, note)).rejects.toBe(no);
    expect(state()).toBe(before);
    expect(notes.splice(0)).toEqual([]);

    await destroyInfra(app.context, { ...options, data: true, confirm: async () => "go" }, note);
    expect(notes).toContainEqual(expect.stringMatching(/no longer knows them: example.com A$/));
    expect(records()).toEqual({
      "@ A": [elsewhere.A],
      ...others,
      "www A": [elsewhere.A],
      "www AAAA": [elsewhere.AAAA],
    });
  });

  test("the fake said nothing that Hetzner could not have said", () => {
    expect([...new Set(hetzner.problems)]).toEqual([]);
  });
});
