import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { platform } from "node:process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { measure, parseMachine } from "../../src/cost/measure.ts";
import type { Machine } from "../../src/cost/measure.ts";
import { packagedPrices } from "../../src/cost/prices.ts";
import { rule, sizeNeeded, sizeOf } from "../../src/cost/right-size.ts";
import { suggest } from "../../src/cost/suggest.ts";
import { questions, useFromPrometheus } from "../../src/cost/use/prometheus.ts";
import { useFromSysstat } from "../../src/cost/use/sysstat.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { answering, fixtureText, smallNeed } from "./helpers.ts";

const machine: Machine = {
  cpus: 4,
  memory: 7.6,
  disk: 157,
  diskUsed: 20,
  architecture: "x86",
  vendor: "Hetzner",
  addresses: ["203.0.113.11"],
  traffic: 120,
  sysstat: null,
};
const now = new Date("2026-11-26T00:00:00Z");

/** A week of ten-minute samples, as sadf prints them. */
function week(cpu: (index: number) => number, days = 7): readonly string[] {
  const samples = Array.from({ length: days * 144 }, (_, index) => index);
  const at = (index: number): string =>
    new Date(now.getTime() - index * 600_000).toISOString().replace("T", " ").replace(".000Z", " UTC");
  return [
    "# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle",
    ...samples.map((index) => `shop;600;${at(index)};-1;${cpu(index)};0.00;0.00;5.00;0.00;${95 - cpu(index)}`),
    "# hostname;interval;timestamp;kbmemfree;kbavail;kbmemused;%memused",
    ...samples.map((index) => `shop;600;${at(index)};100;${index === 5 ? 5_662_310 : 6_000_000};1;1`),
  ];
}

test("what measure.sh tells is read, each disk once and in whole", () => {
  const text = [
    "cpus 2",
    "memory 3915804",
    "machine aarch64",
    "disk 39348512 9437184",
    "disk 10485760 1048576",
    "vendor Hetzner",
    "addresses 203.0.113.11 10.0.0.2 ",
    "uptime 864000.55",
    "sent 120000000000",
    "sysstat yes",
    "sar a;b",
    "",
  ].join("\n");
  expect(parseMachine(text)).toMatchObject({
    cpus: 2,
    architecture: "arm",
    vendor: "Hetzner",
    addresses: ["203.0.113.11", "10.0.0.2"],
    sysstat: ["a;b"],
  });
  const read = parseMachine(text);
  expect(read?.memory).toBeCloseTo(3.734, 3);
  expect(read?.disk).toBeCloseTo(47.53, 2);
  expect(read?.diskUsed).toBeCloseTo(10, 3);
  // 120 GB in ten days, in a month of 730 hours.
  expect(read?.traffic).toBeCloseTo(365, 0);
  expect(parseMachine("cpus 2\n")).toBeUndefined();
  expect(parseMachine(text.replace("uptime 864000.55", "uptime 3600"))?.traffic).toEqual({
    unknown: "it runs for less than a day",
  });
  expect(parseMachine(text.replace("sent 120000000000\n", ""))?.traffic).toEqual({
    unknown: "it has no network card that could be counted",
  });
});

test.skipIf(platform !== "linux")("this machine is measured as it is, by the script that a server gets", async () => {
  const { server, machine: here } = await measure(createContext(), { kind: "local" });
  expect(server).toBe("local");
  expect(here.cpus).toBeLessThanOrEqual(cpus().length);
  expect(here.cpus).toBeGreaterThan(0);
  expect(here.memory).toBeGreaterThan(0.1);
  expect(here.diskUsed).toBeLessThanOrEqual(here.disk);
});

test.skipIf(platform !== "linux")(
  "a machine without a network card of its own does not say that it sent nothing",
  () => {
    const file = join(import.meta.dirname, "../../src/cost/scripts/measure.sh");
    const lines = readFileSync(file, "utf8").replace("/sys/class/net", temporaryFolder());
    expect(execFileSync("sh", ["-c", lines], { encoding: "utf8" })).not.toMatch(/^sent/m);
  },
);

test("what a real sadf prints is read; a few seconds of it are not enough to judge by", () => {
  const lines = fixtureText("sadf.txt").split("\n");
  const end = new Date("2026-11-26T00:59:26Z");
  expect(useFromSysstat(lines, machine, end)).toEqual({
    known: false,
    reason: "sysstat has 0.0 days of figures; 5 are needed",
  });
});

test("the 95th percentile of the processors and the most memory of a week", () => {
  // Every 25th sample is busy: with 4 % of the time, it is not in the 95th percentile.
  const calm = useFromSysstat(
    week((index) => (index % 25 === 0 ? 90 : 10)),
    machine,
    now,
  );
  expect(calm).toMatchObject({ known: true, value: { source: "sysstat", days: 7 } });
  if (!calm.known) return;
  expect(calm.value.cpuP95).toBeCloseTo(0.4, 5);
  expect(calm.value.memoryMax).toBeCloseTo(7.6 - 5.4, 2);

  const busy = useFromSysstat(
    week((index) => (index % 10 === 0 ? 90 : 10)),
    machine,
    now,
  );
  expect(busy.known && busy.value.cpuP95).toBeCloseTo(3.6, 5);
});

test("use is unknown, with the reason, where nothing was measured or too little", () => {
  const reason = (use: ReturnType<typeof useFromSysstat>): string => (use.known ? "" : use.reason);
  expect(reason(useFromSysstat(null, machine, now))).toContain("not installed");
  expect(reason(useFromSysstat([], machine, now))).toContain("nothing down yet");
  expect(
    reason(
      useFromSysstat(
        week(() => 10, 4),
        machine,
        now,
      ),
    ),
  ).toContain("4.0 days");
  // The week before the last one.
  expect(
    reason(
      useFromSysstat(
        week(() => 10),
        machine,
        new Date("2026-12-20T00:00:00Z"),
      ),
    ),
  ).toContain("nothing down");
});

test("Prometheus is asked for the server's instance, and unknown stays unknown", async () => {
  const vector = (values: Readonly<Record<string, string>>): string =>
    JSON.stringify({
      status: "success",
      data: {
        resultType: "vector",
        result: Object.entries(values).map(([instance, value]) => ({ metric: { instance }, value: [1, value] })),
      },
    });
  const base = "http://127.0.0.1:9090";
  const url = (query: string): string => `${base}/api/v1/query?query=${encodeURIComponent(query)}`;
  const ask = async (answers: Readonly<Record<string, string>>, hosts = ["203.0.113.11"]) =>
    useFromPrometheus({ ...createContext(), https: answering(answers) }, `${base}/`, machine, hosts);
  const all = {
    [url(questions.cpu)]: vector({ "203.0.113.11:9100": "0.25", "203.0.113.12:9100": "0.9" }),
    [url(questions.memory)]: vector({ "203.0.113.11:9100": String(3 * 1024 ** 3), "203.0.113.12:9100": "1" }),
    [url(questions.hours)]: vector({ "203.0.113.11:9100": "168", "203.0.113.12:9100": "168" }),
  };
  expect(await ask(all)).toEqual({
    known: true,
    value: { cpuP95: 1, memoryMax: 3, days: 7, source: "prometheus" },
  });
  expect(await ask(all, ["other"])).toMatchObject({
    known: false,
    reason: expect.stringContaining("none of them is other"),
  });
  // The only one that Prometheus knows is not the server for that.
  const alone = Object.fromEntries(Object.keys(all).map((query) => [query, vector({ "127.0.0.1:9100": "168" })]));
  expect(await ask(alone)).toMatchObject({
    known: false,
    reason: "Prometheus has 127.0.0.1:9100, and none of them is 203.0.113.11",
  });
  expect(await ask({})).toMatchObject({ known: false, reason: expect.stringContaining("cannot be reached") });
  expect(await ask({ [base]: vector({}) })).toMatchObject({
    known: false,
    reason: expect.stringContaining("no figures"),
  });
  expect(await ask({ [base]: "<html>" })).toMatchObject({ known: false });
  expect(await ask({ ...all, [url(questions.hours)]: vector({ "203.0.113.11:9100": "24" }) })).toMatchObject({
    known: false,
    reason: "Prometheus has 1.0 days of figures; 5 are needed",
  });
});

test("a measured size is what is rented, though the kernel counts less", () => {
  expect(sizeOf({ ...machine, cpus: 2, memory: 3.73, disk: 37.5 })).toEqual({ cpu: 2, memory: 4, disk: 40 });
  expect(sizeOf({ ...machine, cpus: 8, memory: 15.24, disk: 300.2 })).toEqual({ cpu: 8, memory: 16, disk: 310 });
});

test("the size needed leaves the headroom that the rule says, and no less", () => {
  const figures = fc.record({
    cpuP95: fc.double({ min: 0, max: 60, noNaN: true }),
    memoryMax: fc.double({ min: 0, max: 500, noNaN: true }),
  });
  fc.assert(
    fc.property(figures, fc.double({ min: 0, max: 5000, noNaN: true }), (use, diskUsed) => {
      const needed = sizeNeeded({ ...use, days: 7, source: "sysstat" }, { diskUsed });
      expect(use.cpuP95).toBeLessThanOrEqual(needed.cpu * rule.cpu + 0.01);
      expect(use.memoryMax).toBeLessThanOrEqual(needed.memory * rule.memory + 0.01);
      expect(diskUsed).toBeLessThanOrEqual(needed.disk * rule.disk + 0.01);
    }),
  );
});

const asked = {
  prices: packagedPrices(),
  need: smallNeed,
  machine,
  rented: { known: false, reason: "no token" },
} as const;

test("a server that is larger than needed: which would do, and what it saves", () => {
  const use = { cpuP95: 0.5, memoryMax: 2.4, days: 7, source: "sysstat" } as const;
  // CPX32 (35.49) has what it has; CPX22 (19.49) has what it needs.
  expect(suggest({ ...asked, use })).toEqual({
    verdict: "larger than needed",
    needed: { cpu: 1, memory: 3, disk: 30 },
    size: "CPX22",
    currency: "EUR",
    saving: 16_000_000,
    reason: null,
  });
});

test("the saving is from what is paid, where the provider says it", () => {
  const use = { cpuP95: 0.5, memoryMax: 2.4, days: 7, source: "sysstat" } as const;
  const value = {
    provider: "hetzner",
    type: "CCX23",
    location: "fsn1",
    currency: "EUR",
    month: 85_990_000,
    backups: false,
  } as const;
  expect(suggest({ ...asked, use, rented: { known: true, value } }).saving).toBe(85_990_000 - 19_490_000);
});

test("no size and no saving where the list has no prices of the place that the server is in", () => {
  const use = { cpuP95: 0.5, memoryMax: 2.4, days: 7, source: "sysstat" } as const;
  const about = { provider: "hetzner", type: "CPX31", currency: "EUR", month: 30_490_000, backups: false } as const;
  expect(suggest({ ...asked, use, rented: { known: true, value: { ...about, location: "ash" } } })).toEqual({
    verdict: "larger than needed",
    needed: { cpu: 1, memory: 3, disk: 30 },
    size: null,
    currency: null,
    saving: null,
    reason: "the price list has no prices of ash, only those of Germany and Finland",
  });
});

test("a server that is too small is called so, and nothing is saved", () => {
  const use = { cpuP95: 3.5, memoryMax: 6, days: 7, source: "sysstat" } as const;
  expect(suggest({ ...asked, use })).toMatchObject({
    verdict: "too small",
    needed: { cpu: 5, memory: 8 },
    saving: null,
  });
});

test("nothing is suggested that costs as much, and nothing of a provider that is not known", () => {
  const use = { cpuP95: 2.5, memoryMax: 5.2, days: 7, source: "sysstat" } as const;
  expect(suggest({ ...asked, use })).toMatchObject({
    verdict: "right",
    saving: 0,
    reason: expect.stringContaining("nothing smaller"),
  });
  expect(suggest({ ...asked, use, machine: { ...machine, vendor: "QEMU" } })).toMatchObject({
    size: null,
    saving: null,
  });
});
