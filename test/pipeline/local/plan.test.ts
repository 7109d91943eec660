import { describe, expect, test } from "vitest";
import { atPort } from "../../../src/pipeline/local/databases.ts";
import { chooseStages, localStages } from "../../../src/pipeline/local/plan.ts";
import { fixtures, pipelineOf } from "../fixtures.ts";

async function stagesOf(fixture: string, names: readonly string[] = [], environment?: string) {
  const { pipeline, rules } = await pipelineOf(fixtures[fixture] ?? {});
  const environments = rules.environments.map((one) => one.environment);
  return chooseStages(localStages(pipeline, environments), names, environment);
}

const ids = (stages: Awaited<ReturnType<typeof stagesOf>>): readonly string[] => stages.map(({ id }) => id);

describe("the stages of a pipeline on this machine", () => {
  test("are those of the model, part after part, in the order in which they need each other", async () => {
    expect(ids(await stagesOf("node"))).toEqual([
      "install-web",
      "lint-web",
      "types-web",
      "unit-web",
      "integration-web",
      "check-development",
      "check-uat",
      "check-production",
      "build-web",
    ]);
  });

  test("get databases where their tests may need them, and nowhere else", async () => {
    const beside = (await stagesOf("node")).map((stage) =>
      "databases" in stage ? stage.databases.map(({ name }) => name) : [],
    );
    expect(beside.filter((names) => names.length > 0)).toEqual([["db", "cache"]]);
    // One script for all tests: it may be the one that needs the database.
    const python = (await stagesOf("python")).find(({ kind }) => kind === "unit");
    expect(python).toMatchObject({ databases: [{ name: "db" }], variables: { MYSQL_HOST: "127.0.0.1" } });
  });

  test("leave the package manager of this machine as it is", async () => {
    const commands = (await stagesOf("monorepo", ["install-api"])).flatMap((stage) =>
      "commands" in stage ? stage.commands.map(({ run }) => run) : [],
    );
    expect(commands).toEqual(["pnpm install --frozen-lockfile"]);
  });

  test("are chosen by kind or by name", async () => {
    expect(ids(await stagesOf("monorepo", ["lint", "unit-api"]))).toEqual(["unit-api", "lint-jobs"]);
    expect(ids(await stagesOf("node", ["check"], "uat"))).toEqual(["check-uat"]);
    await expect(stagesOf("node", ["lnt"])).rejects.toThrow('there is no stage "lnt" here');
  });

  test("bring all checks before a deployment, which needs an environment", async () => {
    expect(ids(await stagesOf("rust", ["deploy"], "uat"))).toEqual([
      "lint-web",
      "unit-web",
      "check-uat",
      "build-web",
      "deploy-uat",
    ]);
    await expect(stagesOf("rust", ["deploy"])).rejects.toThrow("deploy to which environment?");
  });
});

test("a database at another port moves in the variables that name its port, and in no other", () => {
  const variables = {
    DATABASE_URL: "postgresql://app:only-for-tests@127.0.0.1:5432/app",
    DATABASE_PORT: "5432",
    OTHER_URL: "redis://127.0.0.1:54321",
    HOST: "127.0.0.1",
  };
  expect(atPort(variables, 5432, 40_001)).toEqual({
    DATABASE_URL: "postgresql://app:only-for-tests@127.0.0.1:40001/app",
    DATABASE_PORT: "40001",
    OTHER_URL: "redis://127.0.0.1:54321",
    HOST: "127.0.0.1",
  });
});
