import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { baselineFile } from "../../src/assess/baseline.ts";
import { schemas } from "../../src/cli/schemas.ts";
import { loadSettings } from "../../src/config/index.ts";
import { refreshedFile } from "../../src/cost/prices.ts";
import { secretsFile } from "../../src/secrets/sources/file.ts";
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

test.each(["shop", "queue"])(
  "the example %s keeps the values of secrets out of git, and nothing that is to be shared",
  (name) => {
    const ignored = readFileSync(resolve(import.meta.dirname, "../../examples", name, ".gitignore"), "utf8");
    const cwd = temporaryFolder({ ".gitignore": ignored });
    const git = (...words: readonly string[]) => execFileSync("git", words, { cwd, encoding: "utf8" });
    git("init", "--quiet");

    const files = [secretsFile("production"), secretsFile("preview"), refreshedFile, baselineFile];
    const kept = git("check-ignore", "--no-index", ...files);

    expect(kept.trimEnd().split("\n")).toEqual([secretsFile("production"), secretsFile("preview")]);
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
