import { describe, expect, test } from "vitest";
import { loadSettings, stacksOf } from "../../src/config/index.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const two = `app: shop
keep: 3
stacks:
  web:
    compose: web.yaml
    depends_on: [data]
    services: { site: { route: shop.example.com } }
  data: { compose: data.yaml, address: 10.0.0.2, values: { SIZE: small } }
environments:
  production:
    server: deploy@203.0.113.1
    values: { LEVEL: warn }
    stacks:
      data: { server: deploy@203.0.113.2, address: 10.0.0.3 }
`;

const contextWith = (text: string) =>
  createContext({ cwd: temporaryFolder({ "wherry.yaml": text, "web.yaml": "", "data.yaml": "", "compose.yaml": "" }) });

describe("an app with several stacks", () => {
  test("each has its own name on the servers, its own compose files, and what is said above it", async () => {
    const ctx = contextWith(two);
    expect(await stacksOf(ctx, {})).toEqual(["data", "web"]);
    expect(await loadSettings(ctx, { stack: "data" })).toMatchObject({
      app: "shop_data",
      name: "shop",
      stack: "data",
      compose: ["data.yaml"],
      address: "10.0.0.3",
      keep: 3,
      values: { LEVEL: "warn", SIZE: "small" },
      server: { host: "203.0.113.2" },
      dependsOn: [],
    });
    expect(await loadSettings(ctx, { stack: "web" })).toMatchObject({
      app: "shop_web",
      compose: ["web.yaml"],
      server: { host: "203.0.113.1" },
      address: undefined,
      dependsOn: ["data"],
    });
  });

  test("which one has to be said, and must be there", async () => {
    const ctx = contextWith(two);
    await expect(loadSettings(ctx, {})).rejects.toThrow("with which stack? There is data, web");
    await expect(loadSettings(ctx, { stack: "dta" })).rejects.toMatchObject({ hint: "did you mean --stack data?" });
    const one = contextWith("app: shop\nenvironments: { production: { server: local } }\n");
    await expect(loadSettings(one, { stack: "data" })).rejects.toThrow("has no stacks");
    expect(await stacksOf(one, {})).toEqual([undefined]);
  });

  test.each([
    ["a circle", two.replace("compose: data.yaml,", "compose: data.yaml, depends_on: [web],"), "in a circle"],
    ["one that is not there", two.replace("[data]", "[dat]"), 'there is no stack dat, did you mean "data"?'],
    ["an environment's unknown one", two.replace("      data:", "      dta:"), "there is no stack dta"],
    ["services above them", two.replace("keep: 3", "services: {}"), "move it into the one that it is for"],
    [
      "compose files in an environment",
      two.replace("    values: { LEVEL", "    compose: x.yaml\n    values: { LEVEL"),
      "move it into",
    ],
  ])("%s is an error with its place", async (_, text, message) => {
    const error: unknown = await stacksOf(contextWith(text), {}).catch((reason: unknown) => reason);
    expect(String(error)).toContain(message);
    expect(error).toMatchObject({ exit: "invalid", at: { file: "wherry.yaml" } });
  });
});
