import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { schemas } from "../../src/cli/schemas.ts";
import { loadSettings } from "../../src/config/index.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

test.each(["README.md", "docs/wherry-yaml.md", "docs/tutorial.md"])(
  "the wherry.yaml in %s is one that Wherry takes",
  async (name) => {
    const page = readFileSync(resolve(import.meta.dirname, "../..", name), "utf8");
    const text = /^```yaml\n(app: [\s\S]*?)^```/m.exec(page)?.[1] ?? "";
    const cwd = temporaryFolder({ "wherry.yaml": text, "compose.yaml": "" });

    const settings = await loadSettings(createContext({ cwd }), { environment: "production" });

    expect(settings.services["backend"]).toMatchObject({ port: 5000, release: ["node", "migrate.js"] });
  },
);

test.each([
  ["wherry deploy, wherry rollback", schemas.deploymentOrPlan],
  ["wherry status", schemas.status],
])("the example of the JSON of %s has its shape", (title, schema) => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/json-output.md"), "utf8");
  const section = page.slice(page.indexOf(`## ${title}`));
  const example: unknown = JSON.parse(/^```json\n([\s\S]*?)^```/m.exec(section)?.[1] ?? "");

  expect(schema.safeParse(example).error?.issues).toBeUndefined();
});
