import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { gitlabFiles } from "../../src/pipeline/index.ts";
import { git, repository } from "../helpers/git.ts";
import { fixtures, pipelineOf } from "./fixtures.ts";

/** gitlab-ci-local: holds the file against GitLab's own schema, and lists its jobs. */
const runner = `${import.meta.dirname}/../../node_modules/.bin/gitlab-ci-local`;

interface Ran {
  readonly status: number | null;
  readonly said: string;
}

async function list(folder: string): Promise<Ran> {
  const child = spawn(runner, ["--list"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [out, err, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, said: out + err };
}

describe("GitLab's own schema", () => {
  const listed = (content: string): Promise<Ran> => {
    const folder = repository({ ".gitlab-ci.yml": content });
    git(folder, "remote", "add", "origin", "git@gitlab.com:team/shop.git");
    return list(folder);
  };

  test("takes the generated file, and finds what is wrong with another", async () => {
    const { pipeline } = await pipelineOf(fixtures["monorepo"] ?? {});
    const content = gitlabFiles(pipeline, new Map())[0]?.content ?? "";
    const [good, bad] = await Promise.all([
      listed(content),
      listed(content.replace("interruptible: true", "interuptible: true")),
    ]);
    expect(good.said).toContain("deploy-staging");
    expect(good.status).toBe(0);
    expect(bad.said).toContain("'interuptible' property is not expected to be here");
    expect(bad.status).not.toBe(0);
  });
});
