import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { backupResult } from "../../src/cli/format/backup.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const compose = `
services:
  web: { build: . }
  files:
    build: .
    user: root
    command: [sh, -c, "while :; do date >> /files/log; sleep 0.1; done"]
    init: true
    restart: unless-stopped
    volumes: ["files:/files"]
volumes: { files: {} }
`;

const backup = `backup:
  repository: /srv/backups/cut
  services: { files: { method: volume, consistency: stop } }
`;

const production = ["-e", "production"];
const folder = "/var/lib/wherry/apps/cut/production/backup";

describe("backups that are cut off, or meet others in the repository", () => {
  let one: TestServer;
  let app: SmallApp;

  const inServer = async (script: string, user = "root"): Promise<string> => {
    const { stdout, stderr, exitCode } = await one.exec(["sh", "-c", script], { user });
    if (exitCode !== 0) throw new Error(`${script}: exit ${exitCode}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  const run = async (...args: readonly string[]) => {
    const result = await app.wherry(["backup", ...args, "--json", ...production], { timeout: 280_000 });
    return { exitCode: result.exitCode, ...backupResult.parse(result.json()) };
  };

  /** A process of restic that holds a lock of the repository, and goes on for long; gives its number. */
  const holder = (command: string): Promise<string> =>
    inServer(
      `cd ${folder}; export RESTIC_REPOSITORY=/srv/backups/cut RESTIC_PASSWORD_FILE=$PWD/password RESTIC_CACHE_DIR=/tmp/cache
      ${command} > /tmp/holder 2>&1 < /dev/null &
      for i in $(seq 400); do [ -z "$(ls /srv/backups/cut/locks)" ] || break; sleep 0.1; done
      [ -n "$(ls /srv/backups/cut/locks)" ]; echo $!`,
      "deploy",
    );
  const check = "restic check --read-data --limit-download 1";

  beforeAll(async () => {
    await ensureBaseImages(["haproxy:3.2"], () => {});
    one = await server({ warm: true });
    app = smallApp(one, {
      app: "cut",
      files: { "compose.yaml": compose },
      extra: backup,
      env: { BACKUP_PASSWORD: "pass word of the copies" },
    });
    await app.wherry(["server", "setup", ...production]);
    await app.deploy(...production);
    await inServer(
      "docker exec $(docker ps -q --filter label=wherry.service=files) sh -c 'head -c 30000000 /dev/urandom > /files/much'",
    );
    if ((await run("run")).exitCode !== 0) throw new Error("no first copy");
  });
  afterAll(async () => {
    app?.remove();
    await one?.remove();
  });

  test("a lock of a process that is dead is in nobody's way", async () => {
    const pid = await holder(check);
    await inServer(`kill -KILL ${pid}; sleep 0.5; [ -n "$(ls /srv/backups/cut/locks)" ]`);

    expect(await run("run")).toMatchObject({ exitCode: 0 });

    expect(await inServer("ls /srv/backups/cut/locks")).toBe("");
  });

  test("a backup waits for the lock of one that lives, before it stops anything", async () => {
    const pid = await holder(check);
    const waiting = run("run");
    try {
      await expect.poll(() => inServer(`ls ${folder} | grep -c work || :`), { timeout: 120_000 }).not.toBe("0");
      await inServer("sleep 3");
      expect(await inServer(`kill -0 ${pid} && docker ps -q --filter label=wherry.service=files`)).not.toBe("");
    } finally {
      await inServer(`kill -TERM ${pid}`);
    }

    expect(await waiting).toMatchObject({ exitCode: 0 });
  });

  test("a drill that meets the backup of another waits, and does not call the repository damaged", async () => {
    await holder("sh -c '(echo a; sleep 45; echo b) | restic backup --stdin --host other'");

    const drilled = await run("drill");

    expect(drilled).toMatchObject({ exitCode: 0, servers: [{ compared: [{ service: "files", equal: true }] }] });
    expect(await inServer("cat /tmp/holder")).toContain("saved");
  });

  /**
   * Everything that works on the copies ends at once, as where the kernel kills it: whoever has their lock open. Held still
   * first, until there is no child that was begun meanwhile and would live on with the lock.
   */
  const killAll = `all=
    held() { for p in /proc/[0-9]*; do case " $all " in *" \${p#/proc/} "*) ;; *) ! ls -l $p/fd 2> /dev/null | grep -q ${folder}/lock || echo \${p#/proc/} ;; esac; done; }
    while more=$(held | xargs echo); [ -n "$more" ]; do kill -STOP $more || :; all="$all $more"; done
    kill -KILL $all || :`;
  /** Waits in the server until a command succeeds, and does the next one at once. */
  const assoonAs = (condition: string, then: string): Promise<string> =>
    inServer(`for i in $(seq 3000); do if ${condition}; then ${then}; exit 0; fi; sleep 0.02; done; exit 1`);
  const stopped = (service: string): string =>
    `cat ${folder}/work.*/stopped > /dev/null 2>&1 && [ -z "$(docker ps -q --filter label=wherry.service=${service})" ]`;

  /** Services that run, restart policy of `files`, and what lies around. */
  const running = (): Promise<string> =>
    inServer(`docker ps --filter label=wherry.app=cut --format '{{.Label "wherry.service"}}' | sort | xargs echo
      docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' $(docker ps -aq --filter label=wherry.service=files)
      docker ps -aq --filter label=wherry.work; docker volume ls -q --filter label=wherry.work; ls ${folder} | grep work || :`);
  const asBefore = "files web\nunless-stopped";
  const program = `sh ${folder}/backup.sh cut production`;

  test("after a restore that was killed everything runs again", async () => {
    const restoring = app.wherry(["backup", "restore", "--yes", "--json", ...production], { timeout: 280_000 });
    await assoonAs(stopped("web"), killAll);

    expect((await restoring).exitCode).not.toBe(0);

    expect(await running()).toBe(asBefore);
    await expect.poll(() => app.version(), { timeout: 30_000 }).toBe("1");
  });

  test("what a killed backup had stopped is started by the next command that changes the environment", async () => {
    await inServer(`nohup ${program} run schedule > /dev/null 2>&1 &`, "deploy");
    await assoonAs(stopped("files"), killAll);
    expect(await running()).not.toBe(asBefore);

    // There is no release to go back to; what was left is put right before that is known.
    expect((await app.wherry(["rollback", ...production])).exitCode).not.toBe(0);

    expect(await running()).toBe(asBefore);
  });

  test("the throw-away volume of a killed drill goes with the next operation on the copies", async () => {
    await inServer(`nohup ${program} drill command latest > /dev/null 2>&1 &`, "deploy");
    await assoonAs('[ -n "$(docker volume ls -q --filter label=wherry.work)" ]', killAll);
    expect(await running()).not.toBe(asBefore);

    expect(await run("run")).toMatchObject({ exitCode: 0 });

    expect(await running()).toBe(asBefore);
  });

  test("after a power cut during a restore everything comes back with the server", async () => {
    const restoring = app.wherry(["backup", "restore", "--yes", "--json", ...production], { timeout: 280_000 });
    await assoonAs(stopped("web"), "exit 0");
    await one.crash();
    await restoring;

    await expect.poll(() => running().catch(String), { timeout: 60_000 }).toMatch(/^files web\n/);
    await expect.poll(() => app.version(), { timeout: 30_000 }).toBe("1");
    expect(await run("run")).toMatchObject({ exitCode: 0 });
    expect(await running()).toBe(asBefore);
  });

  test("where the schedule's backup is killed, the system itself has started again what it had stopped", async () => {
    await app.wherry(["backup", "schedule", ...production]);
    await inServer("systemctl start --no-block wherry-backup-cut-production.service");
    await assoonAs(stopped("files"), killAll);
    await expect.poll(() => running().catch(String), { timeout: 60_000 }).toBe(asBefore);
  });
});
