import { describe, expect, test } from "vitest";
import type { MachineNeeds } from "../../src/config/index.ts";
import { chooseAmong } from "../../src/infra/choose.ts";
import type { Offer } from "../../src/infra/offers.ts";
import { renderHcl } from "../../src/infra/hcl.ts";
import { values, writtenType } from "../../src/infra/render/settings.ts";
import type { Machines } from "../../src/infra/machines.ts";

const offer = (name: string, more: Partial<Offer> = {}): Offer => {
  const [type = "", location = ""] = name.split(" ");
  const size = { cpu: 2, memory: 4, disk: 40, architecture: "x86", dedicated: false };
  return { type, location, ...size, available: true, price: 5, ...more };
};
const needs = { cpu: 2, memory: 4, disk: 40, architecture: "x86", dedicated: false } as const;
const written = (name: string) => {
  const [type = "", location = ""] = name.split(" ");
  return { type, location };
};
const choose = (offers: readonly Offer[], has: string | undefined, wanted: Partial<MachineNeeds> = {}) =>
  chooseAmong(offers, { ...needs, ...wanted }, "nbg1", has === undefined ? undefined : written(has));

describe("a type that needs have chosen before", () => {
  const cheaper = [offer("cx33 nbg1", { memory: 8 }), offer("cx23 nbg1", { price: 1 })];

  test("stays when another one is cheaper today, which is said", () => {
    expect(choose(cheaper, undefined)).toEqual({ ...written("cx23 nbg1"), notes: [] });
    expect(choose(cheaper, "cx23 nbg1")).toEqual({ ...written("cx23 nbg1"), notes: [] });
    expect(choose(cheaper, "cx33 nbg1")).toEqual({
      ...written("cx33 nbg1"),
      notes: ["cx33 in nbg1 stays as the files have it; chosen today: cx23 in nbg1"],
    });
  });

  test("stays when it is sold out there, also in a list that leaves such places out, and when everything is", () => {
    const gone = offer("cx23 nbg1", { available: false });
    for (const offers of [[gone, offer("cx33 nbg1")], [gone], [offer("cx23 fsn1"), offer("cx33 nbg1")]])
      expect(choose(offers, "cx23 nbg1")).toMatchObject(written("cx23 nbg1"));
  });

  test("stays where it had to go, until the wanted location has something again", () => {
    const other = [offer("cx23 fsn1", { price: 2 }), offer("cx23 hel1", { price: 1 })];
    expect(choose(other, "cx23 fsn1")).toMatchObject({
      ...written("cx23 fsn1"),
      notes: [expect.stringContaining("chosen today: cx23 in hel1"), expect.stringContaining("location: fsn1")],
    });
    expect(choose([...other, offer("cx33 nbg1")], "cx23 fsn1")).toMatchObject(written("cx33 nbg1"));
  });

  test("is left when it is not enough any more, or unknown, and how it would stay is said", () => {
    expect(choose([offer("cx23 nbg1"), offer("cx33 nbg1", { cpu: 4 })], "cx23 nbg1", { cpu: 3 })).toMatchObject({
      ...written("cx33 nbg1"),
      notes: [expect.stringContaining("infrastructure: { size: cx23, location: nbg1 }")],
    });
    expect(choose(cheaper, "cx22 nbg1")).toMatchObject(written("cx23 nbg1"));
    expect(choose([], "cx22 nbg1")).toBeUndefined();
  });
});

test("the type and location are read from the file that they are written to", () => {
  const machines = { serverType: "s-2vcpu-4gb", location: "fra1", sshFrom: [], keys: [], count: 1, backups: true };
  const text = renderHcl(values({ ...machines, image: "debian-13", data: undefined } as unknown as Machines));
  expect(writtenType(text)).toEqual(written("s-2vcpu-4gb fra1"));
  for (const none of ["", 'server_type = var.other\nlocation = "fra1"\n', '# server_type = "cx23"\n'])
    expect(writtenType(none)).toBeUndefined();
});
