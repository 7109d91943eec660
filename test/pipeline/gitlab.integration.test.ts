import { spawn, spawnSync } from "node:child_process";
import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { isMap, parseDocument } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { findPipeline, gitlabFiles } from "../../src/pipeline/index.ts";
import { createContext } from "../../src/system/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { program } from "../helpers/cli.ts";
import { git, repository } from "../helpers/git.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { fixtures, pipelineOf, wherryPin } from "./fixtures.ts";

/** gitlab-ci-local: holds the file against GitLab's own schema, and runs jobs; here in shells of this machine. */
const runner = `${import.meta.dirname}/../../node_modules/.bin/gitlab-ci-local`;

interface Ran {
  readonly status: number | null;
  readonly said: string;
}

async function gitlab(
  folder: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(runner, [...words], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [out, err, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, said: out + err };
}

describe("GitLab's own schema", () => {
  const list = async (content: string): Promise<Ran> => {
    const folder = repository({ ".gitlab-ci.yml": content });
    git(folder, "remote", "add", "origin", "git@gitlab.com:team/shop.git");
    return gitlab(folder, ["--list"]);
  };

  test("takes the generated file, and finds what is wrong with another", async () => {
    const { pipeline } = await pipelineOf(fixtures["monorepo"] ?? {});
    const content = gitlabFiles(pipeline, new Map())[0]?.content ?? "";
    const [good, bad] = await Promise.all([
      list(content),
      list(content.replace("interruptible: true", "interuptible: true")),
    ]);
    expect(good.said).toContain("deploy-staging");
    expect(good.status).toBe(0);
    expect(bad.said).toContain("'interuptible' property is not expected to be here");
    expect(bad.status).not.toBe(0);
  });
});

describe("the jobs of GitLab", () => {
  let machine: TestServer;
  let app: SmallApp;
  let bin: string;

  beforeAll(async () => {
    const images = ensureBaseImages(["node:24-slim", "redis:8"], console.log);
    machine = await server();
    await images;
    app = smallApp(machine, { app: "on-gitlab" });
    const { pipeline } = await findPipeline(createContext({ cwd: app.folder }), { wherry: wherryPin, digests: "skip" });
    const files = gitlabFiles(pipeline, new Map()).map(({ path, content }) => [path, withoutServices(path, content)]);
    app.commit(Object.fromEntries(files) as Readonly<Record<string, string>>);
    git(app.folder, "remote", "add", "origin", "git@gitlab.com:team/shop.git");
    git(app.folder, "update-ref", "refs/remotes/origin/main", "HEAD");
    // What npm installs is the affair of another test: here it is the program that was built.
    bin = temporaryFolderFor(app.folder);
  });
  afterAll(async () => {
    app.remove();
    await machine.remove();
  });

  test("deploy a tag behind the gate, and refuse one that only looks like a release", async () => {
    const home = temporaryFolder({ key: "the key of the environment" });
    const job = (name: string, tag: string, more: readonly string[] = []): Promise<Ran> => {
      const variables = {
        CI_COMMIT_TAG: tag,
        CI_COMMIT_BRANCH: "",
        WHERRY_SSH_CONFIG: machine.sshConfig,
        WHERRY_SSH_KEY: `${home}/key`,
        WHERRY_KNOWN_HOSTS: "pinned",
        APP_PASSWORD: "correct horse battery",
        DOCKER_HOST: "unix:///var/run/docker.sock",
        DOCKER_TLS_VERIFY: "",
        DOCKER_CERT_PATH: "",
        HOME: home,
      };
      const given = Object.entries(variables).flatMap(([variable, value]) => ["--variable", `${variable}=${value}`]);
      return gitlab(app.folder, [name, "--force-shell-executor", ...given, ...more], {
        PATH: `${bin}:${process.env["PATH"]}`,
      });
    };
    git(app.folder, "tag", "PROD-1.0");
    const refused = await job("gate", "PROD-1.0");
    expect(refused.status).not.toBe(0);
    expect(refused.said).toContain("production does not take the tag PROD-1.0");

    git(app.folder, "tag", "PROD-1.0.0");
    const deployed = await job("deploy-production", "PROD-1.0.0");
    expect(deployed.said).toContain("goes to production");
    expect(deployed.status).toBe(0);
    expect(await app.version()).toBe("1");
  });
});

/** Services are pulled from a registry also for jobs in a shell: here the engine is that of this machine. */
function withoutServices(path: string, content: string): string {
  if (path !== ".gitlab-ci.yml") return content;
  const document = parseDocument(content);
  if (isMap(document.contents))
    for (const { value } of document.contents.items) if (isMap(value)) value.delete("services");
  return document.toString();
}

/** A folder for PATH with an npm that installs nothing; Wherry is put where npm would put it. */
function temporaryFolderFor(folder: string): string {
  const place = `${folder}/.gitlab/wherry/node_modules/.bin`;
  spawnSync("mkdir", ["-p", place, `${folder}/.git/bin`]);
  symlinkSync(program, `${place}/wherry`);
  writeFileSync(`${folder}/.git/bin/npm`, "#!/bin/sh\n");
  for (const file of [program, `${folder}/.git/bin/npm`]) chmodSync(file, 0o755);
  return `${folder}/.git/bin`;
}
