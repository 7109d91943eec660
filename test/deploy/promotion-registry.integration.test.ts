import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { openRegistry, whyNoRegistry } from "../helpers/registry.ts";
import type { Registry } from "../helpers/registry.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

interface Line {
  readonly images: object;
  readonly services: readonly { readonly name: string; readonly digest: string }[];
}

interface Plan {
  readonly steps: readonly { readonly title: string }[];
  readonly services: readonly { readonly name: string; readonly change: string }[];
}

const reason = whyNoRegistry();
if (reason !== undefined) console.log(`skipped: ${reason}`);

const port = 5001;
const image = `127.0.0.1:${port}/promoted/web:stable`;
const web = `services: { web: { image: "${image}" } }\n`;
const service = (host: string): string =>
  `web: { route: ${host}.test, port: 3000, health: { path: /healthz, interval: 300ms, deadline: 20s }, drain: 1s }`;

describe.skipIf(reason !== undefined)("production gets the images of a registry that uat has tried out", () => {
  let uat: TestServer;
  let production: TestServer;
  let registry: Registry;
  let app: SmallApp;
  /** Of the image that the name in the registry stood for at first. */
  let tried: string;

  const open = (name: string, files: Readonly<Record<string, string>>): SmallApp =>
    smallApp([production, uat], { app: name, files });
  const environments = (): string => `environments:
  uat: { server: deploy@${uat.address} }
  production: { server: deploy@${production.address} }
`;
  const deploy = async (of: SmallApp, environment: string): Promise<void> => {
    const { exitCode, stderr } = await of.wherry(["deploy", "-e", environment]);
    expect(`${exitCode} ${exitCode === 0 ? "" : stderr}`).toBe("0 ");
  };
  const last = async (of: SmallApp, environment: string, ...more: readonly string[]): Promise<Line> => {
    const lines = (await of.wherry(["history", "-e", environment, "--json", ...more])).json<readonly Line[]>();
    if (lines[0] === undefined) throw new Error(`nothing in the ledger of ${environment}`);
    return lines[0];
  };
  /** The registry's name now stands for something else; gives its digest. */
  const moveTo = async (version: string): Promise<string> => {
    app.write({ "version.txt": `${version}\n` });
    const digest = registry.push(image, app.folder);
    await Promise.all([uat, production].map((one) => registry.copyTo(one)));
    return digest;
  };

  beforeAll(async () => {
    registry = await openRegistry(port);
    [uat, production] = await Promise.all([server({ warm: true }), server({ warm: true })]);
    app = open("promoted-pull", {
      ".gitignore": "version.txt\n",
      "compose.yaml": web,
      "wherry.yaml": `app: promoted-pull\nservices: { ${service("promoted-pull")} }\n${environments()}`,
    });
    tried = await moveTo("1");
  });
  afterAll(async () => {
    app?.remove();
    registry?.close();
    await Promise.all([uat?.remove(), production?.remove()]);
  });

  test("by the digest that uat has, although the name has moved on meanwhile", async () => {
    await deploy(app, "uat");
    expect((await last(app, "uat")).services).toMatchObject([{ name: "web", digest: tried }]);
    const moved = await moveTo("2");
    expect(moved).not.toBe(tried);

    const plan = (await app.wherry(["deploy", "-e", "production", "--plan", "--json"])).json<Plan>();
    expect(plan.steps.map(({ title }) => title).join("\n")).toMatch(/take the images: those of uat[^]*pull wherry\//);
    await deploy(app, "production");

    const live = await last(app, "production");
    expect(live).toMatchObject({
      images: { kind: "promoted", environment: "uat", besides: [] },
      services: [{ name: "web", digest: tried }],
    });
    expect(await app.version()).toBe("1");
    // What production would have had without: so the registry was asked for the digest and not for the name.
    const own = await app.wherry(["deploy", "-e", "production", "--build", "--plan", "--json"]);
    expect(own.json<Plan>().services).toMatchObject([{ name: "web", change: "changed" }]);
  });

  test("in each of its stacks", async () => {
    const stacked = open("promoted-stacks", {
      "one.yaml": web,
      "two.yaml": web,
      "wherry.yaml": `app: promoted-stacks
stacks:
  one: { compose: one.yaml, services: { ${service("one")} } }
  two: { compose: two.yaml, services: { ${service("two")} } }
${environments()}`,
    });
    try {
      await deploy(stacked, "uat");
      const moved = await moveTo("3");
      await deploy(stacked, "production");
      for (const stack of ["one", "two"]) {
        const [there, here] = [
          await last(stacked, "uat", "--stack", stack),
          await last(stacked, "production", "--stack", stack),
        ];
        expect(here.images).toMatchObject({ kind: "promoted", environment: "uat" });
        expect(here.services.map(({ digest }) => digest)).toEqual(there.services.map(({ digest }) => digest));
        expect(here.services).toHaveLength(1);
        expect(here.services[0]?.digest).not.toBe(moved);
      }
    } finally {
      stacked.remove();
    }
  });
});
