import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt, run, until } from "../../scripts/engine/run.ts";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { copyOfApp, initialise, secretValues } from "./helpers.ts";

describe("what init writes for development", () => {
  const project = `wherry-init-development-${process.pid}`;
  const files = ["compose.yaml", "compose.override.yaml", "compose.ports.yaml"].flatMap((file) => ["-f", file]);
  const compose = ["docker", "compose", "-p", project, ...files];
  let copy: ReturnType<typeof copyOfApp>;
  const options = (): { cwd: string; env: Record<string, string> } => ({ cwd: copy.folder, env: secretValues });
  const address = (service: string, port: number): Promise<string> =>
    run([...compose, "port", service, String(port)], options());

  beforeAll(async () => {
    await ensureBaseImages(["node:24-slim", "nginx:1.28", "mongo:8"], () => {});
    copy = copyOfApp("mern");
    await initialise(copy.folder, ["--app", "mern"]);
    // Other numbers on this machine, where the usual ones may be in use.
    const ports = { backend: 5000, frontend: 5173, mongo: 27017 };
    const lines = Object.entries(ports).map(([name, port]) => `  ${name}: { ports: !override ["127.0.0.1::${port}"] }`);
    writeFileSync(join(copy.folder, "compose.ports.yaml"), `services:\n${lines.join("\n")}\n`);
    await run([...compose, "up", "--build", "--detach"], options());
  }, 600_000);
  afterAll(async () => {
    await attempt([...compose, "down", "--volumes", "--rmi", "local", "--timeout", "3"], options());
    copy.remove();
  });

  test("a changed line of the source is served without a build", async () => {
    const url = `http://${await address("backend", 5000)}/api/visits`;
    const answer = async (): Promise<string> =>
      fetch(url).then(
        (response) => response.text(),
        () => "",
      );
    await until("the first answer", 60_000, async () => (await answer()).includes('"count"'));

    const source = join(copy.folder, "backend/server.js");
    writeFileSync(source, readFileSync(source, "utf8").replace("{ count,", "{ changed: true, count,"));

    await until("the changed answer", 60_000, async () => (await answer()).includes('"changed":true'));
  });

  test("the page comes from the framework's own server", async () => {
    const url = `http://${await address("frontend", 5173)}/`;
    await until("the page", 240_000, async () =>
      fetch(url).then(
        async (response) => (await response.text()).includes("/@vite/client"),
        () => false,
      ),
    ).catch(async (error: unknown) => {
      const { stdout, stderr } = await attempt([...compose, "logs", "--tail", "40", "frontend"], options());
      throw new Error(stdout + stderr, { cause: error });
    });

    expect((await fetch(`${url}src/main.jsx`)).headers.get("content-type")).toContain("javascript");
  });
});
