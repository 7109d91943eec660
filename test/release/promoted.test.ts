import { describe, expect, test } from "vitest";
import type { AppModel } from "../../src/compose/index.ts";
import { promoteImages } from "../../src/release/promoted.ts";
import type { Source, Target } from "../../src/release/promoted.ts";
import type { LedgerLine } from "../../src/release/ledger.ts";
import { record, service } from "./helpers.ts";

type Services = Readonly<
  Record<string, { readonly image?: string; readonly build?: Readonly<Record<string, unknown>> }>
>;

/** As much of a model as decides about images; `TOKEN` stands for a secret. */
function model(services: Services, token = "TOKEN"): AppModel {
  return {
    services: Object.entries(services).map(([name, { image, build }]) => ({ name, image, built: build !== undefined })),
    resolved: {
      placeholders: new Map([[token, "NPM_TOKEN"]]),
      document: { services, secrets: {} },
    },
  } as unknown as AppModel;
}

const usual: Services = { web: { build: { context: "/app" } }, db: { image: "postgres:16" } };
const pulled = { pull: "postgres@sha256:d16", image: "wherry/shop/db:pulled-d16", digest: "sha256:d16" };

function source(more: Partial<Source> = {}): Source {
  return {
    environment: "uat",
    server: "deploy@uat",
    architecture: "amd64",
    line: { id: "d1", release: "r1" } as LedgerLine,
    records: [record("r1", { services: [service("web", "w1"), service("db", "", pulled)] })],
    inventory: {
      architecture: "amd64",
      store: "graph",
      images: [{ id: "sha256:w1", references: ["wherry/shop/web:w1"], digests: [], layers: ["a", "b"], bytes: 7 }],
      parts: {},
    },
    model: model(usual),
    ...more,
  };
}

const target = (services: Services = usual, more: Partial<Target> = {}): Target => ({
  environment: "production",
  model: model(services, "OTHER_TOKEN"),
  architectures: ["amd64"],
  ...more,
});

describe("the images that production gets from uat", () => {
  test("are those of its release: shipped ones from its server, all others by digest from their registry", () => {
    const { images, besides, origin } = promoteImages(source(), target());
    expect(images).toEqual([
      {
        service: "web",
        reference: "wherry/shop/web:w1",
        digest: "sha256:w1",
        source: { kind: "server", id: "sha256:w1", store: "graph" },
        layers: ["a", "b"],
        bytes: 7,
      },
      {
        service: "db",
        reference: "wherry/shop/db:pulled-d16",
        digest: "sha256:d16",
        source: { kind: "registry", pull: "postgres@sha256:d16" },
        layers: undefined,
        bytes: undefined,
      },
    ]);
    expect(besides).toEqual([]);
    expect(origin).toEqual({ kind: "promoted", environment: "uat", deployment: "d1", release: "r1", besides: [] });
  });

  test("have company from a registry where production alone has a service, or asks for another image of it", () => {
    const { images, besides, origin } = promoteImages(
      source(),
      target({ ...usual, db: { image: "postgres:17" }, exporter: { image: "exporter:1" } }),
    );
    expect(images.map((image) => image.service)).toEqual(["web"]);
    expect(besides.map(({ name }) => name)).toEqual(["db", "exporter"]);
    expect(origin).toMatchObject({ besides: ["db", "exporter"] });
  });

  test("a service that runs what another one builds is as good as built", () => {
    const both: Services = { web: { image: "shop", build: { context: "/app" } }, worker: { image: "shop" } };
    const records = [record("r1", { services: [service("web", "w1")] })];
    expect(() => promoteImages(source({ records, model: model({ web: both["web"] ?? {} }) }), target(both))).toThrow(
      "worker is built for production, and was not for uat",
    );
  });

  const refusals: readonly (readonly [string, string, Partial<Source>, Target])[] = [
    ["the release is no longer on the server", "release-gone", { records: [record("r0")] }, target()],
    ["its image is no longer there", "image-gone", { inventory: { ...source().inventory, images: [] } }, target()],
    ["it was never built there", "not-tried", {}, target({ ...usual, api: { build: { context: "/app" } } })],
    [
      "the servers have another architecture",
      "other-architecture",
      {},
      target(usual, { architectures: ["amd64", "arm64"] }),
    ],
    [
      "it is built from something else",
      "build-differs",
      {},
      target({ ...usual, web: { build: { context: "/app", target: "slim" } } }),
    ],
  ];
  test.each(refusals)("are refused where %s: %s", (_what, code, more, wanted) => {
    let error: unknown;
    try {
      promoteImages(source(more), wanted);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code,
      exit: "refused",
      hint: expect.stringContaining("wherry deploy -e production --build") as string,
    });
  });

  test("build arguments that differ are named with the remedy; how a build is sped up, and the name of a secret, do not count", () => {
    const web = (args: object, more: object = {}): Services => ({
      ...usual,
      web: { build: { context: "/app", args, ...more } },
    });
    const from = (services: Services): Source => source({ model: model(services) });
    expect(() =>
      promoteImages(
        from(web({ API: "https://uat.test", SAME: "1" })),
        target(web({ API: "https://shop.test", SAME: "1", MORE: "x" })),
      ),
    ).toThrow('services.web.build.args.API is "https://uat.test" in uat and "https://shop.test" in production');
    const sped = web({ N: "a TOKEN" }, { cache_from: ["x"], no_cache: true });
    expect(promoteImages(from(sped), target(web({ N: "a OTHER_TOKEN" }))).images).toHaveLength(2);
  });
});
