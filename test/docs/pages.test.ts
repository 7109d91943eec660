import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { assessTables } from "../../scripts/assess-page.ts";
import { commandChapters } from "../../scripts/book-summary.ts";
import { checkRules } from "../../scripts/check-page.ts";
import { catalogPart } from "../../scripts/catalog-page.ts";
import { composeTables } from "../../scripts/compose-page.ts";
import { configTables } from "../../scripts/config-page.ts";
import { fillIn } from "../../scripts/generated-part.ts";
import { hardeningControls } from "../../scripts/hardening-page.ts";
import { pinnedActions } from "../../scripts/pipeline-page.ts";
import { routes } from "../../src/cli/routes.ts";

const generated = {
  "assess.md": assessTables,
  "wherry-yaml.md": configTables,
  "compose-support.md": composeTables,
  "check.md": checkRules,
  "catalog.md": catalogPart,
  "pipeline.md": pinnedActions,
  "hardening.md": hardeningControls,
  "SUMMARY.md": () => commandChapters(routes),
};

test.each(Object.entries(generated))("%s is up to date (npm run docs writes it anew)", async (name, text) => {
  const file = resolve(import.meta.dirname, "../../docs", name);

  const page = fillIn(readFileSync(file, "utf8"), text());

  await expect(page).toMatchFileSnapshot(file);
});
