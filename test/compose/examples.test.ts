import { cpSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { formatPosition } from "../../src/core/index.ts";
import { composeConfig, folderWith, loadApp, noCompose, render, writeAll } from "./helpers.ts";

const examples = new URL("examples/", import.meta.url);

/** Stacks in the style of what is published: each is deployed by classification, or refused by name. */
describe.skipIf(noCompose !== undefined)("a stack of others is understood", () => {
  test.each(readdirSync(examples))("%s", async (name) => {
    const folder = folderWith({});
    cpSync(fileURLToPath(new URL(name, examples)), folder, { recursive: true });

    const app = await loadApp(folder);

    const services = app.model.services.map(
      (service) => `${service.name}: ${service.kind} in ${service.placement}, ${service.reason}`,
    );
    const notices = app.model.notices.map(
      (notice) =>
        `${notice.severity} ${notice.code} ${notice.at === undefined ? "" : `${formatPosition(notice.at)} `}${notice.message}`,
    );
    await expect(`${[...services, "", ...notices].join("\n")}\n`).toMatchFileSnapshot(`golden/examples/${name}.txt`);
    if (app.model.notices.some((notice) => notice.severity === "error")) return;
    const out = folderWith({});
    const files = render(app);
    writeAll(
      out,
      files.map((file) => [file.path, file.content]),
    );
    const overlays = (prefix: string): string[] =>
      ["compose.yaml", "secrets.yaml", "oneoff.yaml"].filter((file) =>
        files.some((one) => one.path === `${prefix}${file}`),
      );
    const rendered = [
      ...(overlays("").length > 0 ? Object.keys(composeConfig(out, overlays(""), app.model).services) : []),
      ...(overlays("base/").length > 0
        ? Object.keys(composeConfig(`${out}/base`, overlays("base/"), app.model).services)
        : []),
    ];
    expect(rendered.filter((service) => !/-r\d+$/.test(service)).toSorted()).toEqual(
      app.model.services.map((service) => service.name),
    );
  });
});
