import { afterAll, beforeAll, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

let one: TestServer;
let app: SmallApp;

beforeAll(async () => {
  one = await server({ warm: true });
  app = smallApp(one, { app: "secrets-live", env: { APP_PASSWORD: "" } });
});
afterAll(async () => {
  app?.remove();
  await one?.remove();
});

test("a rotated secret differs from the live release until it is deployed, and neither value is seen", async () => {
  const outputs: string[] = [];
  const run = async (args: readonly string[], input = ""): Promise<string> => {
    const result = await app.wherry(args, { input });
    outputs.push(result.stdout + result.stderr);
    expect(result).toMatchObject({ exitCode: 0 });
    return result.stdout;
  };
  const state = async (): Promise<unknown> =>
    (JSON.parse(await run(["secrets", "diff", "--json"])) as { secrets: unknown }).secrets;

  const nothing = await app.wherry(["secrets", "diff"]);
  expect(nothing.exitCode).toBe(4);
  expect(nothing.stderr).toContain("nothing is live");

  await run(["secrets", "set", "APP_PASSWORD"], "correct horse battery staple\n");
  app.commit({});
  await run(["deploy", "--verbose"]);
  expect(await state()).toEqual([{ name: "APP_PASSWORD", state: "same" }]);

  await run(["secrets", "rotate", "APP_PASSWORD", "--later"]);
  expect(await state()).toEqual([{ name: "APP_PASSWORD", state: "different" }]);
  const { stdout: value } = await app.wherry(["secrets", "get", "APP_PASSWORD", "--reveal"]);
  await run(["deploy", "--json", "--verbose"]);
  expect(await state()).toEqual([{ name: "APP_PASSWORD", state: "same" }]);

  for (const seen of outputs) {
    expect(seen).not.toContain("correct horse");
    expect(seen).not.toContain(value);
  }
});
