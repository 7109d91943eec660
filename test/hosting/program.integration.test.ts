import { expect, test } from "vitest";
import { fakeGitHub } from "../github/fake/github.ts";
import { wherry } from "../helpers/cli.ts";
import { oneEnvironment, team, values } from "./helpers.ts";

test("the built program, in one file, seals a secret that libsodium opens, and ends", async () => {
  const github = await fakeGitHub();
  const { folder, env } = team(github, oneEnvironment);

  const result = await wherry(["github", "setup", "--yes", "--json"], { cwd: folder, env });

  // No host key is known to the machine of the tests.
  expect([result.exitCode, result.json()["error"]]).toEqual([8, undefined]);
  expect(github.world.environments.get("production")?.secrets.get("DB_PASSWORD")?.value).toBe(values.DB_PASSWORD);
  expect(result.stdout + result.stderr).not.toContain(values.DB_PASSWORD);
});
