import { cpSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { check, fix } from "../../src/check/index.ts";
import { loadProject } from "../../src/check/load.ts";
import { createProject } from "../../src/check/project.ts";
import { createContext } from "../../src/system/index.ts";
import { loadApp, noCompose } from "../compose/helpers.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const root = resolve(import.meta.dirname, "../..");
const examples = resolve(root, "test/compose/examples");

function copyOf(folder: string): string {
  const cwd = temporaryFolder();
  cpSync(folder, cwd, { recursive: true });
  return cwd;
}

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

  test("a variable without a value in an included file is found where it is used", async () => {
    const cwd = temporaryFolder({
      ".git/x": "",
      "compose.yaml": "include: [db/compose.yaml]\nservices: { web: { image: 'a:1' } }\n",
      "db/compose.yaml": "services:\n  db:\n    image: b:${TAG}\n    hostname: ${NAME}\n",
      "db/.env": "NAME=db\n",
    });

    const { findings } = await check(createContext({ cwd }), {});

    expect(findings.filter(({ rule }) => rule === "WHY111")).toMatchObject([
      { message: "TAG has no value", at: { file: "db/compose.yaml", line: 3, column: 14 } },
    ]);
  });

  test.each(["shop", "queue"])("it takes the example %s as --fix leaves it", async (name) => {
    const context = createContext({ cwd: copyOf(resolve(root, "examples", name)) });

    const { fixed } = await fix(context, { environment: "production" }, "write");
    const { notChecked, findings } = await check(context, { environment: "production" });

    expect(fixed.length).toBeGreaterThan(5);
    expect(findings.filter(({ severity, edits }) => severity === "error" || edits.length > 0)).toEqual([]);
    expect(notChecked.filter(({ what }) => what.includes("docker compose"))).toEqual([]);
  });

  test.each(readdirSync(examples))("our own reading of %s is the same as its", async (name) => {
    const folder = copyOf(resolve(examples, name));
    const { project } = await loadApp(folder);

    const { input } = await loadProject(createContext({ cwd: folder }), { environment: "production" });

    const ours = createProject(input).services.map((service) => ({
      name: service.name,
      image: service.built === undefined ? service.image?.text : undefined,
      mounts: service.mounts
        .filter(({ type }) => type !== "tmpfs")
        .map(({ target }) => target)
        .toSorted(),
      ports: service.ports.map(({ host, published, target }) => `${host}:${published ?? ""}:${target}`).toSorted(),
      environment: service.environment.map(({ name: variable }) => variable).toSorted(),
    }));
    const theirs = Object.entries(project.document.services).map(([service, definition]) => ({
      name: service,
      image: definition.build === undefined ? definition.image : undefined,
      mounts: (definition.volumes ?? []).map(({ target }) => target).toSorted(),
      ports: (definition.ports ?? [])
        .map(({ host_ip: host = "", published = "", target }) => `${host}:${published}:${target}`)
        .toSorted(),
      environment: Object.keys(definition.environment ?? {}).toSorted(),
    }));
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    // What env_file brings is not in the compose file.
    const own = theirs.map((service) => ({
      ...service,
      environment: service.environment.filter((variable) =>
        ours.some(({ name: other, environment }) => other === service.name && environment.includes(variable)),
      ),
    }));
    expect(ours.toSorted(byName)).toEqual(own.toSorted(byName));
  });
});
