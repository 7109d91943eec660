import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { onTestFinished, expect, test } from "vitest";
import type { BuildModel } from "../../src/compose/index.ts";
import { Secret } from "../../src/core/index.ts";
import { exportTree } from "../../src/git/index.ts";
import { prepareImages } from "../../src/images/index.ts";
import type { PrepareRequest } from "../../src/images/index.ts";
import { createContext } from "../../src/system/index.ts";
import { git, repository } from "../helpers/git.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";

const app = "build-test";
const ctx = createContext();

test("an image is made of the commit, and of the files as they lie here only when asked", async () => {
  const directory = repository({
    "web/Dockerfile": "FROM debian:trixie-slim\nCOPY page /page\n",
    "web/page": "committed",
  });
  const commit = git(directory, "rev-parse", "HEAD");
  writeFiles(directory, { "web/page": "changed" });
  const builds = [build("web", { context: `${directory}/web` })];

  const clean = await prepare({ directory, builds, commit });
  const dirty = await prepare({ directory, builds, commit, dirty: true });

  expect(read(clean.get("web")?.reference, "/page")).toBe("committed");
  expect(read(dirty.get("web")?.reference, "/page")).toBe("changed");
  expect(clean.get("web")?.reference).toMatch(new RegExp(`^wherry/${app}/web:${commit.slice(0, 12)}-[0-9a-f]{12}$`));
  expect(dirty.get("web")?.reference).toMatch(new RegExp(`:${commit.slice(0, 12)}-dirty-[0-9a-f]{12}$`));
});

test("a secret reaches the build, binary as it is, and no image, no output and no argument", async () => {
  // BuildKit does not run again for another secret alone.
  const value = `secret-${randomUUID()}`;
  const directory = temporaryFolder({
    Dockerfile: [
      "FROM debian:trixie-slim",
      `RUN : ${randomUUID()}`,
      "RUN --mount=type=secret,id=token --mount=type=secret,id=key \\",
      "  cat /run/secrets/token && od -An -tx1 /run/secrets/key > /key && wc -c < /run/secrets/token > /length",
    ].join("\n"),
  });
  const secrets = [
    { id: "token", name: "TOKEN" },
    { id: "key", name: "file:key" },
  ];
  const lines: string[] = [];

  const images = await prepare(
    {
      directory,
      builds: [{ ...build("web", { context: directory }), secrets }],
      secrets: new Map([
        ["TOKEN", new Secret(value)],
        ["file:key", new Secret(Buffer.from([0, 255, 10]).toString("base64"))],
      ]),
    },
    (text) => lines.push(text),
  );

  const reference = images.get("web")?.reference;
  expect(read(reference, "/length").trim()).toBe(String(value.length));
  expect(read(reference, "/key").trim()).toBe("00 ff 0a");
  expect(lines.join("\n")).toContain("[redacted]");
  expect(lines.join("\n")).not.toContain(value);
  expect(docker("image", "history", "--no-trunc", reference ?? "")).not.toContain(value);
});

test("services that are built alike, or that name another one's image, run one image", async () => {
  const directory = temporaryFolder({ Dockerfile: "FROM debian:trixie-slim\nARG WHO\nRUN echo $WHO > /who\n" });
  const lines: string[] = [];
  const same = { context: directory, args: { WHO: "us" } };

  const images = await prepare(
    {
      directory,
      services: [
        { name: "web", image: "shop/web", built: true },
        { name: "worker", image: undefined, built: true },
        { name: "job", image: "shop/web:latest", built: false },
      ],
      builds: [
        { ...build("web", same), image: "shop/web" },
        { ...build("worker", same), image: undefined },
      ],
    },
    (text) => lines.push(text),
  );

  expect(new Set([...images.values()].map(({ digest }) => digest)).size).toBe(1);
  expect([...images.values()].map(({ reference }) => reference.split(":")[0])).toEqual(
    ["web", "worker", "job"].map((service) => `wherry/${app}/${service}`),
  );
  expect(new Set(lines.map((line) => line.split(" ")[0]))).toEqual(new Set(["web"]));
});

test("a Dockerfile may stand in the compose file", async () => {
  const directory = temporaryFolder({ page: "inline" });
  const inline = { context: directory, dockerfile_inline: "FROM debian:trixie-slim\nCOPY page /page\n" };

  const images = await prepare({ directory, builds: [build("web", inline)] });

  expect(read(images.get("web")?.reference, "/page")).toBe("inline");
});

test("a build that fails ends the others, and its last lines say why", async () => {
  const directory = temporaryFolder({
    "slow/Dockerfile": "FROM debian:trixie-slim\nRUN sleep 60\n",
    "broken/Dockerfile": "FROM debian:trixie-slim\nRUN echo the reason && false\n",
  });
  const builds = [build("slow", { context: `${directory}/slow` }), build("broken", { context: `${directory}/broken` })];
  const since = Date.now();

  const failure = await prepare({ directory, builds }).catch((error: unknown) => error);

  expect(failure).toMatchObject({
    exit: "refused",
    code: "build-failed",
    message: "the image of broken could not be built",
  });
  expect(String((failure as { context: readonly string[] }).context)).toContain("the reason");
  expect(Date.now() - since).toBeLessThan(30_000);
});

test("only a handful of earlier images stay on this machine, no name of this hour goes, and no temporary one stays", async () => {
  const directory = temporaryFolder({ Dockerfile: "FROM scratch\nARG N\nLABEL n=$N\nCOPY Dockerfile /\n" });
  const tagsNow = (): readonly string[] =>
    docker("image", "ls", "--filter", `reference=wherry/${app}/web`, "--format", "{{.Tag}}").trim().split("\n");
  for (let n = 0; n < 8; n += 1)
    await prepare({ directory, builds: [build("web", { context: directory, args: { N: `${n}` } })] });
  expect(tagsNow()).toHaveLength(8);

  const later = new Date(Date.now() + 2 * 3_600_000);
  const builds = [build("web", { context: directory, args: { N: "8" } })];
  await prepare({ directory, builds }, () => {}, { ...ctx, clock: { ...ctx.clock, now: () => later } });
  const tags = tagsNow();

  expect(tags.length).toBeLessThanOrEqual(6);
  expect(tags.filter((tag) => !tag.startsWith("none-"))).toEqual([]);
});

async function prepare(
  more: Partial<PrepareRequest> & Pick<PrepareRequest, "directory" | "builds">,
  say = (_line: string) => {},
  context = ctx,
) {
  onTestFinished(removeImages);
  const request: PrepareRequest = {
    app,
    services: more.builds.map(({ service }) => ({ name: service, image: undefined, built: true })),
    secrets: new Map(),
    commit: undefined,
    dirty: false,
    platform: "linux/amd64",
    exportTree: (commit, into) => exportTree(context, more.directory, commit, into),
    ...more,
  };
  return prepareImages(context, request, (event) => {
    if (event.type === "line") say(event.text);
  });
}

function build(service: string, keys: Readonly<Record<string, unknown>>): BuildModel {
  return { service, image: undefined, platform: undefined, build: keys, secrets: [] };
}

function docker(...args: readonly string[]): string {
  return execFileSync("docker", args, { encoding: "utf8" });
}

function read(reference: string | undefined, path: string): string {
  return docker("run", "--rm", reference ?? "", "cat", path);
}

/** By name: another name may stand for the same image. */
function removeImages(): void {
  const names = docker("image", "ls", "--filter", `reference=wherry/${app}/*`, "--format", "{{.Repository}}:{{.Tag}}");
  const found = names.split("\n").filter((name) => name !== "");
  if (found.length > 0) docker("image", "rm", ...found);
}
