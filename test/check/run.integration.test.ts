import { describe, expect, test } from "vitest";
import { check, fix } from "../../src/check/index.ts";
import { createContext } from "../../src/system/index.ts";
import { resolve } from "node:path";
import { temporaryFolder } from "../helpers/temporary.ts";
import { noCompose } from "../compose/helpers.ts";

const root = resolve(import.meta.dirname, "../..");

describe.skipIf(noCompose !== undefined)("docker compose has the last word", () => {
  test("what it refuses and no rule knows is an error, in its place", async () => {
    const cwd = temporaryFolder({
      ".git/x": "",
      "compose.yaml": "services:\n  web:\n    image: a:1\n    cpus: many\n",
    });

    const { findings } = await check(createContext({ cwd }), {});

    expect(findings.filter(({ severity }) => severity === "error")).toMatchObject([
      { rule: "WHY005", at: { file: "compose.yaml", line: 4 } },
    ]);
  });

  test.each(["shop", "queue"])("it takes the example %s as --fix would leave it", async (name) => {
    const app = resolve(root, "examples", name);
    const context = createContext({ cwd: app });
    const { diffs } = await fix(context, { environment: "production" }, "plan");
    expect(diffs).toHaveLength(1);

    const { notChecked, findings } = await check(context, { environment: "production" });

    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(notChecked.filter(({ what }) => what.includes("docker compose"))).toEqual([]);
  });
});
