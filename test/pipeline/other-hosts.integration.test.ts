import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import type { LedgerLine } from "../../src/release/index.ts";
import { server } from "../../testbed/index.ts";
import { git } from "../helpers/git.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import type { TestServer } from "../../testbed/index.ts";
import { gitlabRunner, whyNoRunner } from "./gitlab-runner.ts";
import type { GitLabRunner, PipelineRun, PipelineStart } from "./gitlab-runner.ts";
import { runBuilds, whyNoGroovy } from "./jenkins-builds.ts";
import type { Build } from "./jenkins-builds.ts";
import { allFiles, lineOfKey, secretsIn, served as servedBy } from "./seen.ts";
import { packedWherry, shop } from "./shop.ts";
import type { Shop } from "./shop.ts";

const noRunner = whyNoRunner();
const noGroovy = whyNoGroovy();
for (const reason of [noRunner, noGroovy]) if (reason !== undefined) console.log(`skipped: ${reason}`);

const password = `p&w "d"/+%'$(id)=é-7f20b3`;
const environments = ["development", "uat", "production"] as const;
type Environment = (typeof environments)[number];

describe("pipelines of other hosts than GitHub, run", () => {
  let one: TestServer;
  let npm: Awaited<ReturnType<typeof packedWherry>>;
  let team: Shop;
  let runner: GitLabRunner;

  beforeAll(async () => {
    await ensureBaseImages(["nginx:1.28", "haproxy:3.2"], () => {});
    [one, npm] = await Promise.all([server({ warm: true }), packedWherry()]);
    await Promise.all(["nginx:1.28", "haproxy:3.2"].map((image) => one.preloadImage(image)));
    team = await shop("other-hosts", one, npm.pin, "others");
    const everywhere = (value: string) => Object.fromEntries(environments.map((name) => [name, value]));
    // With the variables that the manual says to set, each for its environment alone.
    runner = gitlabRunner({
      origin: team.origin,
      registry: npm.registry,
      variables: {
        WHERRY_SSH_KEY: { type: "file", values: everywhere(readFileSync(one.keyFile, "utf8").trimEnd()) },
        WHERRY_KNOWN_HOSTS: { type: "variable", values: everywhere(readFileSync(one.knownHostsFile, "utf8")) },
        WHERRY_AGE_KEY: { type: "variable", values: everywhere(team.ageKey) },
        PASSWORD: { type: "variable", values: everywhere(password) },
      },
    });
    const { stderr, exitCode } = await team.wherry(["deploy", "-e", "development"], { PASSWORD: password });
    if (exitCode !== 0) throw new Error(stderr);
  });
  afterAll(async () => {
    runner?.remove();
    team?.remove();
    npm?.close();
    await one?.remove();
  });

  const served = (environment: Environment): Promise<string> => servedBy(one, `${environment}.${team.app}.test`);
  const page = (words: string): string => `${words} ${Buffer.byteLength(password)} ${team.token.length}`;
  const ledger = async (environment: Environment): Promise<readonly LedgerLine[]> =>
    (await team.wherry(["history", "-e", environment, "--json"])).json<readonly LedgerLine[]>();
  /** Jobs by how they ended. */
  const run = async (start: PipelineStart, exitCode: number): Promise<PipelineRun & { ended: readonly string[] }> => {
    const result = await runner.run(start);
    const ended = result.jobs.map(({ job, result: how }) => (how === "failed" ? `${job} failed` : job));
    const end = { exitCode: result.exitCode, log: result.exitCode === exitCode ? "" : result.log };
    expect(end).toEqual({ exitCode, log: "" });
    return { ...result, ended };
  };
  const secrets = (): Readonly<Record<string, string>> => ({
    key: lineOfKey(one.keyFile),
    password,
    token: team.token,
    age: team.ageKey,
  });
  const jobsGiven = ({ shells }: PipelineRun, value: string): readonly string[] => [
    ...new Set(shells.filter(({ variables }) => Object.values(variables).includes(value)).map(({ job }) => job)),
  ];

  test.skipIf(noRunner !== undefined)(
    "GitLab: a push to develop passes gate and checks, and is deployed to development alone",
    async () => {
      const commit = team.commit("develop", "second");
      const result = await run({ ref: "refs/heads/develop", commit }, 0);

      expect(result.ended).toEqual(["gate", "check-web", "wherry", "deploy-development"]);
      expect(await served("development")).toBe(page("second"));
      for (const other of ["uat", "production"] as const) expect(await served(other)).toMatch(/^[45]/);
      expect((await ledger("development"))[0]).toMatchObject({
        outcome: "succeeded",
        commit,
        branch: "develop",
        who: { name: "ada", bot: false },
        from: `https://gitlab.com/acme/shop/-/jobs/${result.id}`,
      });
      // Secrets reach the job of their environment, and stay in it.
      expect(jobsGiven(result, password)).toEqual(["deploy-development"]);
      expect(jobsGiven(result, team.ageKey)).toEqual(["deploy-development"]);
      const disk = allFiles(runner.disk);
      const places = { log: result.log, "command lines": [...result.commandLines].join("\n"), disk };
      expect(secretsIn(places, secrets())).toEqual([]);
      expect(places["command lines"]).toMatch(/wherry deploy /);
      expect(disk).toContain("StrictHostKeyChecking yes");
      expect(result.log).toContain("To go back: press **rollback-development** in this pipeline, or run");
      expect(existsSync(join(runner.home, ".ssh/wherry"))).toBe(false);
    },
  );

  test.skipIf(noRunner !== undefined)(
    "GitLab: the button of the rollback brings back what was there before, and takes no command for a release",
    async () => {
      const commit = team.commit("develop", "third");
      const start = { ref: "refs/heads/develop", commit, jobs: ["rollback-development"] };
      // A button that fails does not fail its pipeline.
      const odd = await run({ ...start, variables: { RELEASE: "$(touch${IFS}$HOME/pwned) b" } }, 0);
      expect(odd.ended).toEqual(["rollback-development failed"]);
      expect(odd.log).toContain("there is no release $(touch${IFS}$HOME/pwned) b on the server");
      expect(existsSync(join(runner.home, "pwned"))).toBe(false);
      expect(await served("development")).toBe(page("second"));

      expect((await run(start, 0)).ended).toEqual(["rollback-development"]);
      expect(await served("development")).toBe(page("first"));
      expect((await ledger("development"))[0]).toMatchObject({ kind: "rollback", outcome: "succeeded" });
    },
  );

  test.skipIf(noRunner !== undefined)(
    "GitLab: a tag of uat deploys uat, and tags that break a rule end in the gate with the reason",
    async () => {
      const commit = team.commit("main", "good");
      for (const [tag, message] of [
        ["PROD-1.0.0", "no version of uat stands at this commit"],
        ["PROD-01.0.0", "has a leading zero"],
        ["UAT-$(touch${IFS}$HOME/pwned);`touch${IFS}$HOME/pwned`", "is no version such as 1.2.3"],
      ] as const) {
        team.tag(tag, commit);
        const refused = await run({ ref: `refs/tags/${tag}`, commit }, 1);
        expect(refused.ended).toEqual(["gate failed"]);
        expect(refused.log).toContain(message);
        team.untag(tag);
      }
      expect(existsSync(join(runner.home, "pwned"))).toBe(false);

      team.tag("UAT-1.0.0", commit);
      // Without the checks, which the push to develop has shown.
      const { ended } = await run({ ref: "refs/tags/UAT-1.0.0", commit, jobs: ["gate", "deploy-uat"] }, 0);
      expect(ended).toEqual(["gate", "deploy-uat"]);
      expect(await served("uat")).toBe(page("good"));
      expect(await served("production")).toMatch(/^[45]/);
      expect((await ledger("uat"))[0]).toMatchObject({ outcome: "succeeded", commit, tag: "UAT-1.0.0" });
    },
  );

  test.skipIf(noRunner !== undefined)(
    "GitLab: a merge request is looked at, its images are built, and it gets neither a deployment nor a secret",
    async () => {
      const commit = team.commit("feature", "of somebody");
      const result = await run({ ref: "refs/heads/feature", commit, source: "merge_request_event" }, 0);
      for (const [, image = ""] of result.log.matchAll(/writing image (sha256:\w+)/g))
        spawnSync("docker", ["image", "rm", image]);
      expect(result.ended).toEqual(["check-web", "wherry", "scan", "image-web"]);
      expect(result.log).toContain("trivy fs --scanners vuln");
      const given = result.shells.map(({ variables }) => Object.values(variables).join("\n")).join("\n");
      expect(secretsIn({ given, log: result.log }, secrets())).toEqual([]);
      expect(await ledger("production")).toEqual([]);
    },
  );

  test.skipIf(noGroovy !== undefined)(
    "Jenkins: a build of develop deploys to development alone, and a tag that was not tried out ends in the gate",
    async () => {
      const commit = team.commit("develop", "by jenkins");
      const untried = team.commit("main", "untried");
      team.tag("PROD-2.0.0", untried);
      const build = (at: string, env: Readonly<Record<string, string>>): Build => {
        const folder = temporaryFolder();
        git(folder, "clone", "--quiet", team.origin, "shop");
        git(join(folder, "shop"), "checkout", "--quiet", "--detach", at);
        mkdirSync(join(folder, "home"));
        const common = {
          PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
          HOME: join(folder, "home"),
          LANG: "C.UTF-8",
          npm_config_registry: npm.registry,
        };
        const credentials = {
          "development-WHERRY_SSH_KEY": one.keyFile,
          "development-WHERRY_KNOWN_HOSTS": one.knownHostsFile,
          "development-WHERRY_AGE_KEY": team.ageKey,
          "development-PASSWORD": password,
        };
        return { folder: join(folder, "shop"), file: "Jenkinsfile", env: { ...common, ...env }, credentials };
      };
      const [deployed, refused] = await runBuilds([
        build(commit, { BRANCH_NAME: "develop" }),
        build(untried, { TAG_NAME: "PROD-2.0.0", BRANCH_NAME: "PROD-2.0.0" }),
      ]);

      expect({ status: deployed?.status, said: deployed?.status === 0 ? "" : deployed?.said }).toEqual({
        status: 0,
        said: "",
      });
      expect(deployed?.stages.filter((line) => line.startsWith("stage: "))).toEqual(
        ["Prepare", "Gate", "Check web", "Check what is deployed", "Deploy to development"].map(
          (name) => `stage: ${name}`,
        ),
      );
      expect(await served("development")).toBe(page("by jenkins"));
      expect((await ledger("development"))[0]).toMatchObject({ outcome: "succeeded", commit, branch: "develop" });
      expect(secretsIn({ log: deployed?.said ?? "" }, secrets())).toEqual([]);
      expect(refused).toMatchObject({ status: 1, stages: ["stage: Prepare", "stage: Gate"] });
      expect(refused?.said).toContain("no version of uat stands at this commit");
      expect(await served("production")).toMatch(/^[45]/);
    },
  );
});
