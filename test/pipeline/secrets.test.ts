import { expect, test } from "vitest";
import { pipelineOf } from "./fixtures.ts";

const key = "age1rlmwamay4q79rtdztfr4twr7gjpjrxtvrwvsvhvpcnz4xjhvne2slhn0xw";

/** The secrets that a job of production hands over, and what the user is told. */
async function handedOver(secretsFrom: string) {
  const { pipeline } = await pipelineOf({
    "wherry.yaml": `app: shop
services: { web: { route: shop.example.com, port: 3000 } }
secrets: [DB_PASSWORD]
${secretsFrom}environments: { production: { server: deploy@203.0.113.11 } }
`,
    "compose.yaml": `services: { web: { build: . } }
secrets: { token: { environment: API_TOKEN } }
`,
    Dockerfile: "FROM node:24\n",
  });
  return { secrets: pipeline.environments[0]?.secrets, notes: pipeline.notes.join("\n") };
}

test("a job hands over every secret that a deployment looks up, wherever it is named", async () => {
  expect((await handedOver("")).secrets).toEqual(["API_TOKEN", "DB_PASSWORD"]);
});

test.each([
  [`[environment, { age: { recipients: { ci: ${key} } } }]`, ["API_TOKEN", "DB_PASSWORD", "WHERRY_AGE_KEY"]],
  [`[{ age: { recipients: { ci: ${key} } } }]`, ["WHERRY_AGE_KEY"]],
  [`[{ vault: { address: "https://vault.example.com" } }]`, ["VAULT_TOKEN"]],
  ["[{ vault: {} }]", ["VAULT_ADDR", "VAULT_TOKEN"]],
])("with secrets_from: %s it hands over %j", async (sources, expected) => {
  const { secrets, notes } = await handedOver(`secrets_from: ${sources}\n`);
  expect(secrets).toEqual(expected);
  expect(notes).not.toContain("secrets_from");
});

test("a source whose program no job has is said", async () => {
  expect((await handedOver("secrets_from: [{ pass: {} }]\n")).notes).toContain(
    'production: no job has the program of pass, which secrets_from names: put "environment" in front of it',
  );
});
