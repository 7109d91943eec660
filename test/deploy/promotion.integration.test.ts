import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

interface Line {
  readonly id: string;
  readonly release: string;
  readonly kind: string;
  readonly images: object;
  readonly services: readonly { readonly name: string; readonly digest: string }[];
}

const name = "promoted";

/** Two builds of it are never the same. */
const dockerfile = `FROM node:24-slim
WORKDIR /app
RUN head -c 16 /dev/urandom > built
COPY package.json *.js *.txt ./
CMD ["node", "server.js"]
`;
const compose = `services:
  web:
    build: { context: ., no_cache: true, args: { CHANNEL: "\${CHANNEL}" } }
  beside:
    image: node:24-slim
    command: [node, -e, "setInterval(() => {}, 1e6)"]
    stop_grace_period: 1s
`;
const settings = (uat: TestServer, production: TestServer): string => `app: ${name}
values: { CHANNEL: stable }
services:
  web: { route: ${name}.test, port: 3000, health: { path: /healthz, interval: 500ms, deadline: 20s }, drain: 1s }
environments:
  uat: { server: deploy@${uat.address} }
  production: { server: deploy@${production.address} }
`;

describe("production gets what uat has tried out", () => {
  let uat: TestServer;
  let production: TestServer;
  let app: SmallApp;

  beforeAll(async () => {
    [uat, production] = await Promise.all([server({ warm: true }), server({ warm: true })]);
    app = smallApp([production, uat], {
      app: name,
      files: {
        Dockerfile: dockerfile,
        "compose.yaml": compose,
        "wherry.yaml": settings(uat, production),
        "behaviour.txt": "crashes\n",
      },
    });
  });
  afterAll(async () => {
    app.remove();
    forgetHere();
    await Promise.all([uat.remove(), production.remove()]);
  });

  /** As on the machine of a pipeline, which has built nothing. By name: the images beneath are other people's too. */
  const forgetHere = (): void => {
    const format = "{{.Repository}}:{{.Tag}}";
    const listed = execFileSync("docker", ["image", "ls", "--format", format, `wherry/${name}/*`], {
      encoding: "utf8",
    });
    const names = listed.split("\n").filter((line) => line.startsWith(`wherry/${name}/`));
    if (names.length > 0) execFileSync("docker", ["image", "rm", ...names], { stdio: "ignore" });
  };
  const deploy = async (environment: string, ...more: readonly string[]): Promise<void> => {
    const result = await app.wherry(["deploy", "-e", environment, ...more], { timeout: 280_000 });
    expect(`${result.exitCode} ${result.exitCode === 0 ? "" : result.stderr}`).toBe("0 ");
  };
  const refused = async (...args: readonly string[]) => {
    const result = await app.wherry(["deploy", "-e", "production", "--json", ...args]);
    expect(result.exitCode).toBe(4);
    return result.json<{ error: { code: string; message: string; hint: string } }>().error;
  };
  const last = async (environment: string): Promise<Line> => {
    const lines = (await app.wherry(["history", "-e", environment, "--json"])).json<readonly Line[]>();
    if (lines[0] === undefined) throw new Error(`nothing in the ledger of ${environment}`);
    return lines[0];
  };
  const digests = ({ services }: Line): Readonly<Record<string, string>> =>
    Object.fromEntries(services.map(({ name: service, digest }) => [service, digest]));
  /** Service -> id of the image that its container runs. */
  const running = async (machine: TestServer): Promise<Readonly<Record<string, string>>> => {
    const ids = (await machine.exec(["docker", "ps", "--quiet", "--filter", `label=wherry.app=${name}`])).stdout;
    const format = '{{index .Config.Labels "wherry.service"}} {{.Image}}';
    const told = await machine.exec(["docker", "inspect", "--format", format, ...ids.trim().split("\n")]);
    return Object.fromEntries(
      told.stdout
        .trim()
        .split("\n")
        .map((line) => line.split(" ") as [string, string]),
    );
  };

  test("and nothing of a commit that uat never had, or could not run", { timeout: 300_000 }, async () => {
    const never = await refused();
    expect(never).toMatchObject({
      code: "not-verified",
      message: expect.stringContaining("never deployed to uat") as string,
    });
    expect(never.hint).toContain("--build");
    expect((await app.wherry(["deploy", "-e", "uat", "--json"])).exitCode).toBe(6);
    expect((await refused()).message).toContain("to uat did not succeed (failed before traffic");
    expect((await production.exec(["docker", "ps", "--quiet"])).stdout).toBe("");
  });

  test("to the byte, although each build is another one", { timeout: 300_000 }, async () => {
    app.commit({ "behaviour.txt": "fine\n" });
    await deploy("uat");
    forgetHere();
    const plan = (await app.wherry(["deploy", "-e", "production", "--plan", "--json"])).json<{
      images: object;
      steps: readonly { title: string }[];
    }>();
    const tried = await last("uat");
    const origin = { kind: "promoted", environment: "uat", deployment: tried.id, release: tried.release, besides: [] };
    expect(plan.images).toEqual(origin);
    expect(plan.steps.map(({ title }) => title)).toContain(
      `take the images: those of uat: release ${tried.release}, deployment ${tried.id}`,
    );

    await deploy("production");
    const live = await last("production");
    expect(live.images).toEqual(origin);
    expect(digests(live)).toEqual(digests(tried));
    expect(await running(production)).toEqual(digests(tried));
    expect(await running(uat)).toEqual(digests(tried));
    expect(await app.version()).toBe("1");
  });

  test("unless somebody says so, and the ledger tells", { timeout: 300_000 }, async () => {
    const tried = await last("uat");
    await deploy("production", "--build");
    const own = await last("production");
    expect(own.images).toEqual({ kind: "built", instead: "uat" });
    expect(digests(own)["web"]).not.toBe(digests(tried)["web"]);
    await app.rollback("-e", "production");
    const back = await last("production");
    expect(back).toMatchObject({ kind: "rollback", images: { kind: "promoted", deployment: tried.id } });
    expect(await running(production)).toEqual(digests(tried));
  });

  test("not what is not committed, and not what is gone", { timeout: 300_000 }, async () => {
    app.write({ "version.txt": "9\n" });
    expect((await refused("--dirty")).code).toBe("not-committed");
    app.write({ "version.txt": "1\n" });
    const tried = await last("uat");
    const image = `wherry/${name}/web`;
    const names = (await uat.exec(["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", image])).stdout;
    await uat.exec(["docker", "image", "rm", "--force", ...names.trim().split("\n")]);
    expect(await refused()).toMatchObject({ code: "image-gone" });
    expect(await running(production)).toEqual(digests(tried));
  });
});
