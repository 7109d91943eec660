import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSystemName, server, systemNames, whyNot } from "../../testbed/index.ts";
import type { SystemName, TestServer } from "../../testbed/index.ts";
import { inside } from "../helpers/inside.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

interface Result {
  readonly id: string;
  readonly message: string;
}

interface Audit {
  readonly servers: readonly { readonly score: number; readonly results: readonly (Result & { status: string })[] }[];
}

interface Hardening {
  readonly done: readonly { readonly login: string; readonly results: readonly (Result & { outcome: string })[] }[];
}

/** All other tests have Debian 13; this one takes what most others have. `npm run test:systems` tries all. */
const asked = (process.env["WHERRY_TEST_SYSTEMS"] ?? "ubuntu-24.04").split(" ");
const tried: readonly SystemName[] = asked[0] === "all" ? systemNames : asked.filter(isSystemName);
const systems = await Promise.all(tried.map(async (system) => ({ system, reason: await whyNot(system) })));
for (const { reason } of systems) if (reason !== undefined) console.log(`skipped: ${reason}`);

/** Without health checks of its own: Debian 12 has an engine that does not know all of their keys. */
const compose = `services:
  web:
    build: .
    environment: { PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
    stop_grace_period: 5s
secrets:
  app_password: { environment: APP_PASSWORD }
`;

/** Milliseconds; a busy machine takes its time over builds. */
const patience = { timeout: 280_000 };

/** All that hardening changes and that can be compared, in words. */
const state = `sshd -T | sort
sudo -n -l -U deploy
nft list tables | grep wherry
cat /etc/docker/daemon.json
apt-config dump | grep -E 'Periodic|Automatic-Reboot'
stat -c '%a %U:%G %n' /etc/ssh/* /etc/sudoers.d/* /etc/cron* /etc/shadow /etc/docker
systemctl list-unit-files --no-legend 'wherry-*' 'apt-daily*' | awk '{ print $1, $2 }'
systemd-analyze cat-config systemd/journald.conf | grep -E '^(Storage|SystemMaxUse)'
sysctl -a 2> /dev/null | grep -E 'conf.(all|default).(accept_redirects|send_redirects|accept_source_route|rp_filter)'
true`;

for (const { system, reason } of systems) {
  describe.skipIf(reason !== undefined)(`a server with ${system}`, () => {
    let one: TestServer;
    let app: SmallApp;
    let before: string;

    const audit = async (): Promise<Audit["servers"][number]> => {
      const [found] = (await app.wherry(["server", "audit", "--json"], patience)).json<Audit>().servers;
      if (found === undefined) throw new Error("no server was looked at");
      return found;
    };
    const harden = async (...args: readonly string[]): Promise<Hardening["done"][number]> => {
      const result = await app.wherry(["server", "harden", "--yes", "--json", ...args], patience);
      const [done] = result.json<Hardening>().done;
      if (done === undefined || result.exitCode !== 0) throw new Error(`${result.stdout}${result.stderr}`);
      return done;
    };

    beforeAll(async () => {
      one = await server({ system });
      app = smallApp(one, { app: "elsewhere", files: { "compose.yaml": compose } });
      for (const image of ["haproxy:3.2", "node:24-slim"]) await one.preloadImage(image);
    }, 600_000);
    afterAll(async () => {
      app?.remove();
      await one?.remove();
    });

    test("says what it is, and gets an app", async () => {
      expect(await inside(one, '. /etc/os-release && echo "$ID-$VERSION_ID"')).toBe(system);
      const setup = await app.wherry(["server", "setup"], patience);
      if (setup.exitCode !== 0) throw new Error(setup.stderr);
      before = await inside(one, state);
      expect((await app.deploy()).outcome).toBe("succeeded");
      expect(await app.version()).toBe("1");
    });

    test("is hardened, each control by what this system has", async () => {
      const found = await audit();
      expect(found.score).toBeLessThan(60);
      const broken = found.results.filter(({ status }) => status === "unknown");
      expect(broken).toEqual([]);

      const { login, results } = await harden();
      expect(login).toBe("proven");
      expect(results.filter(({ outcome }) => outcome !== "changed")).toEqual([]);
      expect(results.map(({ id }) => id).toSorted()).toEqual(
        found.results
          .filter(({ status }) => status === "fail")
          .map(({ id }) => id)
          .toSorted(),
      );
      expect(await app.version()).toBe("1");
      expect(await inside(one, "systemctl start wherry-cleanup.service wherry-alerts.service && echo done")).toBe(
        "done",
      );
    });

    test("comes back from a restart with its app, and has nothing left to change", async () => {
      await one.reboot();
      await expect.poll(() => app.version().catch(() => "away"), { timeout: 60_000, interval: 500 }).toBe("1");
      const { score, results } = await audit();
      expect(results.filter(({ status }) => status === "fail" || status === "unknown")).toEqual([]);
      expect(results.filter(({ message }) => message === "")).toEqual([]);
      expect(score).toBe(100);
      expect((await harden()).results).toEqual([]);
    });

    test("is as it was when all of it is undone", async () => {
      const changed = await inside(one, "ls /var/lib/wherry-hardening/before");
      const { results } = await harden(...changed.split("\n").flatMap((id) => ["--undo", id]));
      expect(results.filter(({ outcome }) => outcome !== "changed")).toEqual([]);
      expect(await inside(one, state)).toBe(before);
      expect(await app.version()).toBe("1");
    });
  });
}
