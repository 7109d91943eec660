import { findPipeline, githubFiles } from "../../src/pipeline/index.ts";
import type { FoundPipeline } from "../../src/pipeline/index.ts";
import { createContext } from "../../src/system/index.ts";
import { repository } from "../helpers/git.ts";
import type { FilesByPath } from "../helpers/temporary.ts";

const digest = `@sha256:${"1f0c9be2".repeat(8)}`;
const json = (value: unknown): string => JSON.stringify(value, null, 2);

const environments = `environments:
  development: { server: deploy@203.0.113.10 }
  uat: { server: deploy@203.0.113.10 }
  production: { server: deploy@203.0.113.11, secrets: [DB_PASSWORD] }
`;
const wherry = `app: shop\nservices: { web: { route: shop.example.com, port: 3000 } }\n${environments}`;
const compose = "services:\n  web:\n    build: .\n";

/** Small repositories of teams, each with something of its own. */
export const fixtures: Readonly<Record<string, FilesByPath>> = {
  node: {
    "wherry.yaml": wherry,
    "compose.yaml": `services:
  web: { build: { context: ., target: app } }
  db: { image: "postgres:17${digest}" }
  cache: { image: "redis:8${digest}" }
`,
    Dockerfile: "FROM node:24 AS app\n",
    "tsconfig.json": "{}",
    "package-lock.json": "{}",
    "package.json": json({
      name: "shop",
      scripts: {
        start: "node server.js",
        lint: "eslint .",
        "test:unit": "vitest run",
        "test:integration": "vitest run --dir integration",
      },
      dependencies: { express: "5.1.0", pg: "8.16.0", redis: "5.0.0" },
      devDependencies: { typescript: "7.0.2" },
    }),
    "server.js":
      "const { DATABASE_URL, REDIS_URL } = { DATABASE_URL: process.env.DATABASE_URL, REDIS_URL: process.env.REDIS_URL };\n",
  },
  /** Below the top, several parts, pnpm, a schedule, an environment by hand, a notification. */
  monorepo: {
    "shop/wherry.yaml": `app: shop
notify: [{ slack: SLACK_URL }]
services: { api: { route: shop.example.com, port: 3000 } }
environments:
  nightly: { server: deploy@203.0.113.9, deploy_on: { schedule: "0 3 * * *" } }
  preview: { server: deploy@203.0.113.9, deploy_on: { branch: "feature/**" } }
  staging: { server: deploy@203.0.113.10, deploy_on: { branch: main, tag: "rc+*" } }
  demo: { server: deploy@203.0.113.10, deploy_on: { manual: true } }
  production: { server: deploy@203.0.113.11, deploy_on: { tag: "v*" } }
`,
    "shop/compose.yaml": `services:
  api: { build: api }
  jobs: { build: { context: jobs, dockerfile: Dockerfile } }
`,
    "shop/api/package.json": json({
      name: "api",
      packageManager: "pnpm@10.4.1",
      scripts: { start: "node index.js", typecheck: "tsc", test: "node --test" },
      dependencies: { fastify: "5.0.0" },
    }),
    "shop/api/pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "shop/api/index.js": "",
    "shop/api/Dockerfile": "FROM node:24\n",
    "shop/jobs/requirements.txt": "flask==3.1.0\nruff==0.14.0\nmypy==1.18.0\n",
    "shop/jobs/requirements-dev.txt": "pytest==9.0.0\n",
    "shop/jobs/app.py": "from flask import Flask\napp = Flask(__name__)\n",
    "shop/jobs/Dockerfile": "FROM python:3.13\n",
  },
  /** Pull requests are deployed, from a folder below the top. */
  previews: {
    "shop/wherry.yaml": `app: shop
secrets: [DB_PASSWORD]
services: { web: { route: shop.example.com, port: 3000 } }
previews: { domain: preview.example.com, server: deploy@203.0.113.20, limit: 2, secrets: [DB_PASSWORD, MAIL_KEY] }
environments:
  production: { server: deploy@203.0.113.11, secrets: [DB_PASSWORD, PAY_KEY] }
`,
    "shop/compose.yaml": compose,
    "shop/Dockerfile": "FROM node:24\n",
    "shop/package.json": json({ name: "shop", scripts: { test: "node --test" }, dependencies: { express: "5.1.0" } }),
    "shop/server.js": "",
  },
  python: {
    "wherry.yaml": wherry,
    "compose.yaml": `${compose}  db: { image: "mysql:8.4${digest}" }\n`,
    Dockerfile: "FROM python:3.13\n",
    "pyproject.toml":
      '[project]\nname = "shop"\ndependencies = ["fastapi", "pymysql"]\n[dependency-groups]\ndev = ["pytest", "ruff", "mypy"]\n',
    "uv.lock": "version = 1\n",
    "main.py": "import os\nfrom fastapi import FastAPI\napp = FastAPI()\nhost = os.environ['MYSQL_HOST']\n",
  },
  go: {
    "wherry.yaml": wherry,
    "compose.yaml": `${compose}  db: { image: "mongo:8${digest}" }\n`,
    Dockerfile: "FROM golang:1.26\n",
    "go.mod": "module example.com/shop\n\ngo 1.26\n\nrequire go.mongodb.org/mongo-driver v1.17.0\n",
    "go.sum": "",
    "main.go":
      'package main\n\nimport (\n\t"net/http"\n\t"os"\n)\n\nfunc main() {\n\t_ = os.Getenv("MONGODB_URI")\n\thttp.ListenAndServe(":3000", nil)\n}\n',
    Makefile: "lint:\n\tgolangci-lint run\n\ntest-integration:\n\tgo test -tags integration ./...\n",
  },
  rust: {
    "wherry.yaml": wherry,
    "compose.yaml": compose,
    Dockerfile: "FROM rust:1.92\n",
    "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\naxum = "0.8"\n',
    "Cargo.lock": "version = 4\n",
    "src/main.rs": 'fn main() { println!("0.0.0.0:3000"); }\n',
  },
  java: {
    "wherry.yaml": wherry,
    "compose.yaml": `${compose}  queue: { image: "rabbitmq:4${digest}" }\n`,
    Dockerfile: "FROM eclipse-temurin:21\n",
    mvnw: "#!/bin/sh\n",
    "pom.xml": `<project><parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.5.0</version></parent>
<artifactId>shop</artifactId><properties><java.version>21</java.version></properties>
<dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency>
<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-amqp</artifactId></dependency></dependencies></project>
`,
    "src/main/java/App.java": "class App {}\n",
  },
};

export const wherryPin = { version: "1.2.3", integrity: `sha512-${"A".repeat(86)}==` };

/** The pipeline of a repository, as far as its files say it: no registry is asked. */
export async function pipelineOf(
  files: FilesByPath,
  directory = "wherry.yaml" in files ? "." : "shop",
): Promise<FoundPipeline> {
  const ctx = createContext({ cwd: repository(files) });
  return findPipeline(ctx, { directory, wherry: wherryPin, digests: "skip" });
}

/** The files of the pipeline of a repository, by path. */
export async function filesOf(files: FilesByPath): Promise<Readonly<Record<string, string>>> {
  const { pipeline } = await pipelineOf(files);
  return Object.fromEntries(githubFiles(pipeline).map(({ path, content }) => [path, content]));
}
