import { describe, expect, test } from "vitest";
import { loadReleaseRules, loadSettings } from "../../src/config/index.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

async function sources(environments: string): Promise<Readonly<Record<string, string>>> {
  const cwd = temporaryFolder({ "wherry.yaml": `app: shop\nserver: local\nenvironments:\n${environments}` });
  const { imagesFrom } = await loadReleaseRules(createContext({ cwd }), {});
  return Object.fromEntries(imagesFrom);
}

describe("where an environment's images come from", () => {
  test.each([
    [
      "production takes what uat has, by the names alone",
      "  development:\n  uat:\n  production:\n",
      { production: "uat" },
    ],
    ["in any order of the file", "  production:\n  uat:\n", { production: "uat" }],
    [
      "the last stage before it",
      "  uat:\n  staging: { deploy_on: { tag: RC-* } }\n  live: { deploy_on: { tag: v* } }\n",
      { live: "staging" },
    ],
    ["nobody without a stage before", "  development:\n  production:\n", {}],
    [
      "nobody where production is deployed from a branch",
      "  uat:\n  production: { deploy_on: { branch: main } }\n",
      {},
    ],
    ["nobody where it says so", "  uat:\n  production: { images_from: build }\n", {}],
    ["whoever is written", "  demo: { images_from: development }\n  development:\n", { demo: "development" }],
    [
      "through several stages",
      "  development:\n  uat: { images_from: development }\n  production:\n",
      { uat: "development", production: "uat" },
    ],
  ])("%s", async (_what, environments, expected) => {
    expect(await sources(environments)).toEqual(expected);
  });

  test.each([
    ["  uat:\n  production: { images_from: uta }\n", 'there is no environment uta, did you mean "uat"?'],
    ["  uat: { images_from: uat }\n", "uat would wait for its own images"],
    ["  a: { images_from: b }\n  b: { images_from: a }\n", "a would wait for its own images"],
    ["  uat: { images_from: production }\n  production:\n", "uat would wait for its own images"],
  ])("%j is an error at its place", async (environments, message) => {
    await expect(sources(environments)).rejects.toMatchObject({
      message: expect.stringContaining(message) as string,
      at: expect.objectContaining({ file: "wherry.yaml" }) as object,
    });
  });

  test("each environment's settings have it, and no other one's", async () => {
    const cwd = temporaryFolder({
      "wherry.yaml": "app: shop\nserver: local\nenvironments:\n  uat:\n  production:\n",
      "compose.yaml": "services: {}\n",
    });
    const of = async (environment: string) => (await loadSettings(createContext({ cwd }), { environment })).imagesFrom;
    expect(await of("production")).toBe("uat");
    expect(await of("uat")).toBeUndefined();
  });
});
