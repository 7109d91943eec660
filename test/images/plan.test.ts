import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseInventory, planShipment } from "../../src/images/index.ts";
import { layerSizes } from "../../src/images/engine.ts";
import { knownLayers } from "../../src/images/plan.ts";
import { inventory, localImage } from "./helpers.ts";

const layer = fc.constantFrom("a", "b", "c", "d", "e");
const chain = fc.array(layer, { maxLength: 5 });

describe("layers that may be left out", () => {
  test("are the longest beginning that some image on the server shares", () => {
    fc.assert(
      fc.property(chain, fc.array(chain, { maxLength: 4 }), (wanted, present) => {
        const there = inventory(present.map((layers, index) => localImage(`s${index}`, layers)));
        const known = knownLayers(wanted, there);
        const starts = (length: number): boolean =>
          present.some((layers) => layers.slice(0, length).join() === wanted.slice(0, length).join());

        expect(known === 0 || starts(known)).toBe(true);
        expect(
          known === wanted.length ||
            !present.some((layers) => layers.slice(0, known + 1).join() === wanted.slice(0, known + 1).join()),
        ).toBe(true);
      }),
    );
  });

  test("do not count on top of other layers", () => {
    expect(knownLayers(["x", "b"], inventory([localImage("web", ["a", "b"])]))).toBe(0);
  });

  test("count in the containerd store only where we sent them", () => {
    const pulled = localImage("web", ["a", "b"], { reference: "nginx:1" });
    const sent = localImage("web", ["a"]);

    expect(knownLayers(["a", "b"], inventory([pulled], { store: "containerd" }))).toBe(0);
    expect(knownLayers(["a", "b"], inventory([pulled, sent], { store: "containerd" }))).toBe(1);
  });

  test("are none after the engine refused an archive without them", () => {
    expect(knownLayers(["a"], inventory([localImage("web", ["a"])], { wantsWhole: true }))).toBe(0);
  });
});

describe("a shipment", () => {
  test("is empty for what the server has", () => {
    fc.assert(
      fc.property(fc.array(chain, { maxLength: 4 }), (chains) => {
        const images = chains.map((layers, index) => localImage(`s${index}`, layers));

        expect(planShipment(images, inventory(images))).toEqual({
          pulls: [],
          missing: [],
          layerBytes: 0,
          bytesNeeded: 0,
        });
      }),
    );
  });

  test("never gets larger by what the server has besides", () => {
    fc.assert(
      fc.property(fc.array(chain), fc.array(chain), fc.array(chain), (wanted, present, more) => {
        const images = wanted.map((layers, index) => localImage(`w${index}`, layers));
        const there = present.map((layers, index) => localImage(`p${index}`, layers));
        const others = more.map((layers, index) => localImage(`m${index}`, layers));

        expect(planShipment(images, inventory([...there, ...others])).layerBytes).toBeLessThanOrEqual(
          planShipment(images, inventory(there)).layerBytes,
        );
      }),
    );
  });

  test("counts a layer of two images once, and less disk where a part of it arrived before", () => {
    const images = [localImage("web", ["a", "b"]), localImage("worker", ["a", "c"])];

    const shipment = planShipment(images, inventory([], { parts: { a: 400 } }));

    expect(shipment).toMatchObject({ missing: images, layerBytes: 3000, bytesNeeded: 8600 });
  });

  test("names an image that is there under another name, and sends nothing of it", () => {
    const image = localImage("web", ["a"]);
    const there = inventory([{ ...image, reference: "other:1" }]);

    expect(planShipment([image], there)).toMatchObject({ missing: [image], layerBytes: 0, bytesNeeded: 0 });
  });

  test("leaves to the server what it can pull itself", () => {
    const source = { kind: "registry", pull: "nginx@sha256:1" } as const;
    const image = localImage("web", [], { reference: "wherry/shop/web:pulled-1", source });

    expect(planShipment([image], inventory([]))).toMatchObject({
      pulls: [{ reference: "wherry/shop/web:pulled-1", pull: "nginx@sha256:1" }],
      missing: [],
    });
  });
});

describe("an inventory", () => {
  test("is read from what the script told, between lines of others", () => {
    const output = [
      "begin inventory.1",
      'engine-store x86_64 [["Backing Filesystem","extfs"]]',
      "engine 26.1.5 linux amd64",
      'image {"id":"sha256:1","references":["a:1"],"digests":null,"layers":["sha256:2"]}',
      'image {"id":"sha256:3","references":null,"digests":["a@sha256:4"],"layers":null}',
      "part abc 1048576",
      "done inventory.1",
    ].join("\n");

    expect(parseInventory(output)).toEqual({
      architecture: "amd64",
      store: "graph",
      images: [
        { id: "sha256:1", references: ["a:1"], digests: [], layers: ["sha256:2"] },
        { id: "sha256:3", references: [], digests: ["a@sha256:4"], layers: [] },
      ],
      parts: { abc: 1_048_576 },
      wantsWhole: false,
    });
  });

  test("tells the containerd store and ARM", () => {
    const output = 'engine-store aarch64 [["driver-type","io.containerd.snapshotter.v1"]]\npart-whole';

    expect(parseInventory(output)).toMatchObject({ architecture: "arm64", store: "containerd", wantsWhole: true });
  });
});

describe("sizes of layers", () => {
  const line = (CreatedBy: string, Size: string): string => JSON.stringify({ CreatedBy, Size });
  const history = [
    line('CMD ["node"]', "0"),
    line("COPY page /page # buildkit", "6"),
    line("WORKDIR /app", "0"),
    line("/bin/sh -c #(nop)  ENV A=1", "0"),
    line("RUN /bin/sh -c true # buildkit", "0"),
    line("", "77600000"),
  ].join("\n");

  test("are those of the steps that make one, bottom first", () => {
    expect(layerSizes(history, 4)).toEqual([77_600_000, 0, 0, 6]);
  });

  test("are not known where the history does not fit", () => {
    expect(layerSizes(history, 3)).toBeUndefined();
    expect(layerSizes("", 1)).toBeUndefined();
  });
});

describe("images that another server has", () => {
  const there = (layers: readonly string[], bytes: number) => {
    const image = localImage("web", layers, { bytes });
    const { layerBytes: _, ...rest } = image;
    return { ...rest, source: { kind: "server", id: image.digest, store: "graph" } as const };
  };

  test("are sent but for what the server has beneath, and not at all where it has them", () => {
    const image = there(["base", "own"], 100);
    const base = { id: "sha256:base", references: ["node:24"], digests: [], layers: ["base"], bytes: 80 };
    const shipment = planShipment([image], { ...inventory([]), images: [base] });
    expect(shipment.missing).toEqual([image]);
    expect(shipment.layerBytes).toBe(20);
    expect(planShipment([image], inventory([image])).missing).toEqual([]);
  });

  test("are sent also where their name stands for another image", () => {
    const image = there(["a"], 10);
    const other = inventory([{ ...image, digest: "sha256:other" }]);
    expect(planShipment([image], other).missing).toEqual([image]);
    // Of another kind of store an id says something else.
    expect(planShipment([image], { ...other, store: "containerd" }).missing).toEqual([]);
  });
});
