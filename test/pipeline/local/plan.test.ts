import { describe, expect, test } from "vitest";
import { variablesAt } from "../../../src/pipeline/databases.ts";
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

test("a database at another address moves in its own variables, and in no other", () => {
  const database = { image: "", environment: {}, health: "" };
  const part = {
    databases: [
      { ...database, name: "db", port: 5432 },
      { ...database, name: "cache", port: 6379 },
    ],
    variables: {
      DATABASE_URL: "postgresql://app:only-for-tests@127.0.0.1:5432/app",
      DATABASE_PORT: "5432",
      DATABASE_HOST: "127.0.0.1",
      REDIS_URL: "redis://127.0.0.1:6379",
    },
    variableOf: { DATABASE_URL: "db", DATABASE_PORT: "db", DATABASE_HOST: "db", REDIS_URL: "cache" },
  };
  const moved = variablesAt(part, ({ name, port }) =>
    name === "db" ? { host: "db", port: 40_001 } : { host: name, port },
  );
  expect(moved).toEqual({
    DATABASE_URL: "postgresql://app:only-for-tests@db:40001/app",
    DATABASE_PORT: "40001",
    DATABASE_HOST: "db",
    REDIS_URL: "redis://cache:6379",
  });
});
