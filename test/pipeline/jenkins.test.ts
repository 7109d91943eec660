import { describe, expect, test } from "vitest";
import { block, quoted, renderGroovy, sh } from "../../src/pipeline/jenkins/groovy.ts";
import { jenkinsFiles } from "../../src/pipeline/index.ts";
import type { Pipeline } from "../../src/pipeline/index.ts";
import { renderAgeDocument } from "../../src/secrets/age/document.ts";
import { fixtures, pipelineOf } from "./fixtures.ts";

const found = new Map<string, Pipeline>();

async function filesOf(name: string): Promise<Readonly<Record<string, string>>> {
  const pipeline = found.get(name) ?? (await pipelineOf(fixtures[name] ?? {})).pipeline;
  found.set(name, pipeline);
  return Object.fromEntries(jenkinsFiles(pipeline).map(({ path, content }) => [path, content]));
}

describe.each(Object.keys(fixtures))("the pipeline of %s on Jenkins", (name) => {
  test("is rendered as it was looked at", async () => {
    const { Jenkinsfile, "Jenkinsfile.rollback": rollback } = await filesOf(name);
    await expect(`${Jenkinsfile}\n===== Jenkinsfile.rollback\n${rollback}`).toMatchFileSnapshot(
      `golden/jenkins/${name}.txt`,
    );
  });

  test("has no string in which Groovy replaces something, and binds credentials in stages that deploy alone", async () => {
    const { Jenkinsfile = "" } = await filesOf(name);
    const stages = Jenkinsfile.split(/^ {4}stage\(/m).slice(1);
    expect(stages.length).toBeGreaterThan(2);
    for (const text of stages) expect(text.includes("withCredentials")).toBe(text.startsWith("'Deploy to "));
    // Double quotes belong to the shell: none stands outside of a quoted script.
    const outside = Jenkinsfile.replaceAll(/'''[^]*?'''|'(?:[^'\\\n]|\\.)*'/g, "");
    expect(outside.replaceAll(/^\/\/.*$/gm, "")).not.toContain('"');
  });
});

test("a secret that an age file has is no credential: one that Jenkins lacks would fail the build", async () => {
  const key = "age1rlmwamay4q79rtdztfr4twr7gjpjrxtvrwvsvhvpcnz4xjhvne2slhn0xw";
  const { pipeline } = await pipelineOf({
    "wherry.yaml": `app: shop
services: { web: { route: shop.example.com, port: 3000 } }
secrets: [DB_PASSWORD, API_TOKEN]
secrets_from: [environment, { age: { recipients: { ci: ${key} } } }]
environments:
  uat: { server: deploy@203.0.113.11 }
  production: { server: deploy@203.0.113.11 }
`,
    "secrets.uat.age.yaml": renderAgeDocument(
      { recipients: [key], values: new Map([["API_TOKEN", "not looked at"]]) },
      "uat",
      () => "ci",
    ),
    "compose.yaml": "services: { web: { build: . } }\n",
    Dockerfile: "FROM node:24\n",
  });
  const text = jenkinsFiles(pipeline).find(({ path }) => path === "Jenkinsfile")?.content ?? "";
  const bound = [...text.matchAll(/string\(credentialsId: '([\w-]+)'/g)].map(([, id]) => id);
  expect(bound).toEqual([
    "uat-DB_PASSWORD",
    "uat-WHERRY_AGE_KEY",
    "production-API_TOKEN",
    "production-DB_PASSWORD",
    "production-WHERRY_AGE_KEY",
  ]);
});

describe("Groovy", () => {
  test("texts reach the shell as they are", () => {
    expect(quoted(String.raw`it's $HOME \d`)).toBe(String.raw`'it\'s $HOME \\d'`);
    expect(renderGroovy(block("steps", [sh(["a", String.raw`printf '\n'`])]), ["about"])).toBe(
      String.raw`// about

steps {
  sh '''
    a
    printf '\\n'
  '''
}
`,
    );
  });
});
