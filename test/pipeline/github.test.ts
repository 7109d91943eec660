import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { actions, githubFiles } from "../../src/pipeline/index.ts";
import { filterOf } from "../../src/pipeline/github/yaml.ts";
import { proposeGitHub } from "../../src/pipeline/index.ts";
import { createContext } from "../../src/system/index.ts";
import type { HttpsAnswer } from "../../src/system/index.ts";
import { apply } from "../../src/writer/index.ts";
import { repository } from "../helpers/git.ts";
import { filesOf, fixtures, pipelineOf, wherryPin } from "./fixtures.ts";

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly concurrency: unknown;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

interface WorkflowJob {
  readonly permissions: Readonly<Record<string, string>>;
  readonly "timeout-minutes": number;
  readonly environment?: { readonly name: string };
  readonly env?: Readonly<Record<string, string>>;
  readonly needs?: readonly string[];
  readonly if?: string;
  readonly services?: Readonly<Record<string, { readonly image: string }>>;
  readonly steps: readonly {
    readonly run?: string;
    readonly uses?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

const names = Object.keys(fixtures);

const rendered = new Map<string, ReturnType<typeof filesOf>>();

/** Rendered once: making a repository and looking at it takes longer than any test here. */
function renderedOf(name: string): ReturnType<typeof filesOf> {
  const files = rendered.get(name) ?? filesOf(fixtures[name] ?? {});
  rendered.set(name, files);
  return files;
}

async function workflowsOf(name: string): Promise<readonly (readonly [string, Workflow, string])[]> {
  const files = Object.entries(await renderedOf(name));
  return files
    .filter(([path]) => path.startsWith(".github/workflows/"))
    .map(([path, text]) => [path, parse(text) as Workflow, text]);
}

describe.each(names)("the pipeline of %s", (name) => {
  test("is rendered as it was looked at", async () => {
    const text = Object.entries(await renderedOf(name))
      .map(([path, content]) => `===== ${path}\n${content}`)
      .join("\n");
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test("has no expression in any script, so that no name of a branch, tag or commit becomes shell text", async () => {
    for (const [, { jobs }] of await workflowsOf(name)) {
      const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
      expect(runs.length).toBeGreaterThan(0);
      for (const run of runs) expect(run).not.toContain("${{");
    }
  });

  test("uses actions by commit alone, those of the table, with their version behind", async () => {
    for (const [, , text] of await workflowsOf(name)) {
      const found = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, value]) => value ?? "");
      const known = actions.map(({ action, commit, version }) => `${action}@${commit} # ${version}`);
      expect(found.length).toBeGreaterThan(0);
      for (const one of found) expect(known).toContain(one);
    }
  });

  test("gives no right by default, to each job only that of reading, and a time limit", async () => {
    for (const [, { permissions, jobs }] of await workflowsOf(name)) {
      expect(permissions).toEqual({});
      for (const job of Object.values(jobs)) {
        expect(job.permissions).toEqual({ contents: "read" });
        expect(job["timeout-minutes"]).toBeGreaterThan(0);
        const checkOut = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
        expect(checkOut?.with).toMatchObject({ "persist-credentials": false });
      }
    }
  });

  test("has secrets only in jobs of an environment, and nothing of a pull request gets there", async () => {
    for (const [path, { on, jobs }, text] of await workflowsOf(name)) {
      expect(text).not.toMatch(/pull_request_target|workflow_run/);
      if (path.endsWith("ci.yml")) expect(text).not.toContain("secrets.");
      else if (path.endsWith("preview.yml"))
        for (const job of Object.values(jobs))
          expect(job.if).toContain("&& github.event.pull_request.head.repo.full_name == github.repository");
      else expect(Object.keys(on)).not.toContain("pull_request");
      for (const job of Object.values(jobs))
        if (job.environment === undefined) expect(JSON.stringify(job)).not.toContain("secrets.");
    }
  });

  test("restores no cache where it deploys, and deploys behind the gate and every check", async () => {
    const [, deploy, text] = (await workflowsOf(name)).find(([path]) => path.endsWith("deploy.yml")) ?? [];
    expect(text).not.toMatch(/cache-from|cache: npm|cache-dependency-path/);
    const jobs = Object.entries(deploy?.jobs ?? {});
    const checks = jobs.filter(([, { environment }]) => environment === undefined).map(([id]) => id);
    expect(checks).toContain("gate");
    for (const [id, job] of jobs.filter(([, { environment }]) => environment !== undefined)) {
      expect(job.needs).toEqual(checks);
      expect(job.if).toBe(`needs.gate.outputs.environment == '${id.replace("deploy-", "")}'`);
    }
  });
});

describe("the workflow of previews", () => {
  const read = async () => {
    const [, workflow] = (await workflowsOf("previews")).find(([path]) => path.endsWith("preview.yml")) ?? [];
    return workflow ?? { on: {}, permissions: undefined, concurrency: undefined, jobs: {} };
  };

  test("starts for pull requests alone, one run at a time for each, and cancels none that has begun", async () => {
    const { on, concurrency } = await read();
    expect(on).toEqual({ pull_request: { types: ["opened", "synchronize", "reopened", "closed"] } });
    expect(concurrency).toEqual({
      group: "${{ github.workflow }}-${{ github.event.pull_request.number }}",
      "cancel-in-progress": false,
    });
  });

  test("deploys the head of the pull request with the secrets of previews, and none of production", async () => {
    const { jobs } = await read();
    const { deploy } = jobs;
    expect(deploy?.environment).toEqual({
      name: "preview",
      url: "https://pr-${{ github.event.pull_request.number }}.preview.example.com",
    });
    expect(deploy?.env).toMatchObject({ ENVIRONMENT: "preview-${{ github.event.pull_request.number }}" });
    expect(deploy?.steps[0]?.with).toMatchObject({ ref: "${{ github.event.pull_request.head.sha }}" });
    const names = [...JSON.stringify(jobs).matchAll(/secrets\.(\w+)/g)].map(([, secret = ""]) => secret);
    expect([...new Set(names)].toSorted()).toEqual(["DB_PASSWORD", "MAIL_KEY", "WHERRY_SSH_KEY"]);
  });

  test("removes it with its data once it is closed, by a job that has no secret of the app", async () => {
    const { deploy, remove } = (await read()).jobs;
    expect(deploy?.if).toMatch(/^github\.event\.action != 'closed' && /);
    expect(remove?.if).toMatch(/^github\.event\.action == 'closed' && /);
    expect(remove?.steps.flatMap(({ run }) => run ?? []).join("\n")).toContain(
      'remove --environment "$ENVIRONMENT" --volumes --yes',
    );
    expect(JSON.stringify(remove)).not.toMatch(/secrets\.(?!WHERRY_SSH_KEY)/);
  });

  test("is not written where no pipeline reaches their server, and this is said", async () => {
    const { pipeline } = await pipelineOf({
      "wherry.yaml":
        "app: shop\nservices: { web: { route: shop.test } }\npreviews: { domain: p.test, server: local }\nenvironments: { production: { server: a@b } }\n",
      "compose.yaml": "services: { web: { image: nginx } }\n",
    });
    expect(pipeline.previews).toBeUndefined();
    expect(pipeline.notes.join("\n")).toContain("previews: their server is local");
    expect(githubFiles(pipeline).map(({ path }) => path)).not.toContain(".github/workflows/preview.yml");
  });
});

describe("what is found in a repository", () => {
  test("tests get the databases of the compose file, and the variables by which the code finds them", async () => {
    const [, ci] = (await workflowsOf("node")).find(([path]) => path.endsWith("ci.yml")) ?? [];
    const job = ci?.jobs["integrate-web"];
    expect(Object.keys(job?.services ?? {})).toEqual(["db", "cache"]);
    expect(job).toMatchObject({
      env: { DATABASE_URL: "postgresql://app:only-for-tests@127.0.0.1:5432/app", REDIS_URL: "redis://127.0.0.1:6379" },
    });
    expect(ci?.jobs["check-web"]?.services).toBeUndefined();
  });

  test("what is in each image is written down, of the image that was built in the same job and no other", async () => {
    for (const name of names) {
      const [, ci] = (await workflowsOf(name)).find(([path]) => path.endsWith("ci.yml")) ?? [];
      for (const [id, { steps }] of Object.entries(ci?.jobs ?? {}).filter(([job]) => job.startsWith("image-"))) {
        const [, , build, list, keep] = steps.map((step) => step.with ?? {});
        expect(build).toMatchObject({ push: false, load: true });
        // Without a host in front of it, Trivy would ask Docker Hub for an image that is not there.
        expect(build?.["tags"]).toMatch(/^localhost\//);
        expect(list).toMatchObject({ "image-ref": build?.["tags"], format: "cyclonedx", output: keep?.["path"] });
        expect(keep).toMatchObject({ name: id.replace("image-", "sbom-"), "if-no-files-found": "error" });
      }
    }
  });

  test("names with a meaning in GitHub's filters stand for themselves", () => {
    expect(filterOf("rc+*")).toBe(String.raw`rc\+*`);
    expect(filterOf("a!b]/**")).toBe(String.raw`a\!b\]/**`);
  });

  test("an environment whose server is this machine is left out, and a folder that would be an expression is refused", async () => {
    const local = await filesOf({
      "wherry.yaml": "app: shop\nserver: local\nenvironments: { production: }\n",
      "compose.yaml": "services: {}\n",
    });
    expect(Object.keys(local)).not.toContain(".github/workflows/deploy.yml");
    await expect(
      filesOf({
        "shop/${{ github.token }}/wherry.yaml": "app: shop\nserver: a@b\nenvironments: { production: }\n",
        "shop/wherry.yaml": "app: shop\nserver: a@b\nenvironments: { production: }\nservices: {}\n",
        "shop/compose.yaml":
          'services:\n  "x${{ github.token }}": { build: "./${{ github.token }}" }\n  "y${{ github.token }}": { build: . }\n',
      }),
    ).resolves.toSatisfy((files: Record<string, string>) => !JSON.stringify(files).includes("github.token"));
  });
});

describe("wherry pipeline github", () => {
  const answer: HttpsAnswer = {
    status: 200,
    headers: {},
    body: JSON.stringify({ dist: { integrity: wherryPin.integrity } }),
  };
  const propose = (folder: string, reply: HttpsAnswer = answer, version = "1.2.3") => {
    const asked: string[] = [];
    const https = {
      get: (url: string) => {
        asked.push(url);
        return Promise.resolve(reply);
      },
      post: () => Promise.reject(new Error("nothing is written")),
      send: () => Promise.reject(new Error("nothing is written")),
    };
    const ctx = createContext({ cwd: folder, https });
    return proposeGitHub(ctx, { directory: undefined, releaseBranch: undefined, version }).then((proposal) => ({
      ...proposal,
      ctx,
      asked,
    }));
  };

  test("writes files that a second run leaves as they are", async () => {
    const folder = repository(fixtures["rust"] ?? {});
    const first = await propose(folder);
    expect(first.asked).toEqual(["https://registry.npmjs.org/wherry/1.2.3"]);
    expect(first.changes.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      "create .github/workflows/ci.yml",
      "create .github/workflows/deploy.yml",
      "create .github/workflows/rollback.yml",
      "create .github/dependabot.yml",
      "create .github/wherry/package.json",
      "create .github/wherry/package-lock.json",
      "create .github/wherry/.gitignore",
    ]);
    await apply(first.ctx, first.root, first.changes);
    const second = await propose(folder);
    expect(new Set(second.changes.map(({ kind }) => kind))).toEqual(new Set(["same"]));
    expect(second.asked).toEqual([]);
  });

  test("leaves a workflow of the team alone, and shows what it would have written", async () => {
    const folder = repository(fixtures["rust"] ?? {});
    mkdirSync(`${folder}/.github/workflows`, { recursive: true });
    writeFileSync(`${folder}/.github/workflows/ci.yml`, "name: ours\n");
    const { ctx, root, changes } = await propose(folder);
    const ci = changes.find(({ path }) => path.endsWith("ci.yml"));
    expect(ci).toMatchObject({ kind: "edited", diff: expect.stringContaining("-name: ours") });
    expect(await apply(ctx, root, changes)).not.toContain(".github/workflows/ci.yml");
    expect(readFileSync(`${folder}/.github/workflows/ci.yml`, "utf8")).toBe("name: ours\n");
  });

  test("brings Wherry up to a later version, and never back to an earlier one", async () => {
    const folder = repository(fixtures["rust"] ?? {});
    const lock = `${folder}/.github/wherry/package-lock.json`;
    const write = async (version: string): Promise<void> => {
      const { ctx, root, changes } = await propose(folder, answer, version);
      await apply(ctx, root, changes);
    };
    for (const [version, expected] of [
      ["1.2.3", "1.2.3"],
      ["1.10.0", "1.10.0"],
      ["1.9.0", "1.10.0"],
    ] as const) {
      await write(version);
      expect(JSON.parse(readFileSync(lock, "utf8"))).toMatchObject({
        packages: { "node_modules/wherry": { version: expected } },
      });
    }
  });

  test.each([
    [{ status: undefined, reason: "no network" } as const],
    [{ status: 404, headers: {}, body: "{}" } as const],
    [{ status: 200, headers: {}, body: '{"dist":{"integrity":"sha1-x"}}' } as const],
  ])("without a hash from the registry it writes no lockfile, and says so: %j", async (reply) => {
    const { changes, pipeline } = await propose(repository(fixtures["rust"] ?? {}), reply);
    expect(changes.map(({ path }) => path)).not.toContain(".github/wherry/package-lock.json");
    expect(pipeline.notes.join("\n")).toContain("the registry did not tell the hash of wherry 1.2.3");
  });
});
