import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTraffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import type { RunResult } from "../helpers/cli.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

interface Audit {
  readonly servers: readonly {
    readonly score: number;
    readonly results: readonly { readonly id: string; readonly status: string; readonly message: string }[];
  }[];
}

interface Hardening {
  readonly done: readonly {
    readonly login: string;
    readonly results: readonly { readonly id: string; readonly outcome: string; readonly message: string }[];
  }[];
  readonly error?: { readonly code: string; readonly message: string };
}

/** The database is published as people do it, and are sorry afterwards. */
const compose = `services:
  web:
    build: .
    environment: { PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
    depends_on: [data]
    stop_grace_period: 5s
  data:
    image: redis:8
    ports: ["6379:6379"]
    volumes: ["data:/data"]
volumes:
  data:
secrets:
  app_password: { environment: APP_PASSWORD }
`;

/** Milliseconds; a busy machine takes its time over builds. */
const patience = { timeout: 280_000 };

describe("hardening a server", () => {
  let one: TestServer;
  let app: SmallApp;
  let folder: string;
  let network: string;
  let addresses: readonly string[];

  const docker = (...args: readonly string[]): string => execFileSync("docker", args, { encoding: "utf8" }).trim();
  const shell = async (text: string): Promise<string> => (await one.exec(["sh", "-c", text])).stdout.trim();
  const deploy = async (): Promise<void> => {
    const { exitCode, stdout, stderr } = await app.wherry(["deploy"], patience);
    if (exitCode !== 0) throw new Error(`${stdout}${stderr}`);
  };
  const audit = async (): Promise<Audit["servers"][number]> => {
    const [found] = (await app.wherry(["server", "audit", "--json"], patience)).json<Audit>().servers;
    if (found === undefined) throw new Error("no server was looked at");
    return found;
  };
  const harden = (...args: readonly string[]): Promise<RunResult> =>
    app.wherry(["server", "harden", "--yes", "--json", ...args], patience);

  /** From another machine on a network of the server: which of these ports answer, by address. */
  function openFromOutside(ports: readonly number[]): ReadonlySet<string> {
    const image = docker("inspect", "-f", "{{.Config.Image}}", one.name);
    const probe = `for a in ${addresses.join(" ")}; do for p in ${ports.join(" ")}; do (nc -z -w 2 $a $p 2> /dev/null && echo "$a $p") & done; done; wait`;
    return new Set(docker("run", "--rm", "--network", network, "--entrypoint", "sh", image, "-c", probe).split("\n"));
  }
  const portsOf = (open: ReadonlySet<string>): readonly number[] =>
    [...new Set([...open].map((line) => Number(line.split(" ")[1])))].toSorted((a, b) => a - b);

  /** What a container of the app, and the server itself, get from the address of the provider's metadata. */
  async function metadata(): Promise<{ readonly container: string; readonly host: string }> {
    const ask =
      "fetch('http://169.254.169.254/', { signal: AbortSignal.timeout(2000) }).then(() => console.log('answered'), () => console.log('silent'))";
    return {
      container: await shell(
        `docker exec "$(docker ps -q --filter label=wherry.service=web | head -n 1)" node -e "${ask}"`,
      ),
      host: await shell("curl -s -m 2 -o /dev/null http://169.254.169.254/ && echo answered || echo silent"),
    };
  }

  beforeAll(async () => {
    one = await server({ warm: true });
    folder = mkdtempSync(join(tmpdir(), "wherry-hardening-"));
    app = smallApp(one, { app: "hardened", files: { "compose.yaml": compose } });
    network = `wherry-hardening-${one.n}`;
    const subnets = ["--subnet", `10.199.${one.n}.0/24`, "--subnet", `fd00:3a7d:${one.n}::/64`];
    docker("network", "create", "--ipv6", ...subnets, network);
    docker("network", "connect", network, one.name);
    const own = `{{with index .NetworkSettings.Networks "${network}"}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}`;
    addresses = docker("inspect", "-f", own, one.name).split(" ");
    const setup = await app.wherry(["server", "setup"], patience);
    if (setup.exitCode !== 0) throw new Error(setup.stderr);
    await deploy();
    // HAProxy listens on all addresses, so it plays the metadata service; and a program that somebody forgot.
    await shell("ip address add 169.254.169.254/32 dev lo; systemd-run --quiet nc -l -k -p 8099");
  }, 600_000);
  afterAll(async () => {
    app.remove();
    rmSync(folder, { recursive: true, force: true });
    await one.remove();
    spawnSync("docker", ["network", "rm", network]);
  });

  test("a setting that shuts out who set it is taken back, and the server can be reached", async () => {
    const before = await shell("sshd -T; nft list ruleset | grep -c wherry; ls /etc/ssh/sshd_config.d /etc/sudoers.d");
    // An agent with many keys: the fifth is the right one, and MaxAuthTries 4 is one too few.
    const decoys = [1, 2, 3, 4].map((n) => {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, `decoy-${n}`)]);
      return `  IdentityFile ${join(folder, `decoy-${n}`)}\n`;
    });
    const config = join(folder, "config");
    writeFileSync(config, `Host *\n${decoys.join("")}\nInclude ${one.sshConfig}\n`);

    const result = await app.wherry(
      ["server", "harden", "--yes", "--json", "--only", "ssh-tries", "--only", "firewall", "--revert-after", "4m"],
      {
        ...patience,
        env: { WHERRY_SSH_CONFIG: config },
      },
    );

    expect(result.exitCode).toBe(5);
    expect(result.json<Hardening>()).toMatchObject({
      error: { code: "login-not-proven" },
      done: [
        {
          login: "refused",
          results: [
            { id: "firewall", outcome: "reverted" },
            { id: "ssh-tries", outcome: "reverted" },
          ],
        },
      ],
    });
    expect(await shell("sshd -T; nft list ruleset | grep -c wherry; ls /etc/ssh/sshd_config.d /etc/sudoers.d")).toBe(
      before,
    );
    expect(await shell("systemctl list-timers --all | grep -c wherry-hardening")).toBe("0");
  });

  test("a command that is killed before the new login leaves the server as it was", async () => {
    const before = await shell("sshd -T");
    const result = await app.wherry(
      ["server", "harden", "--yes", "--only", "ssh-passwords", "--only", "firewall", "--revert-after", "30s"],
      {
        onStart: (child) =>
          child.stderr?.on("data", (chunk) => {
            if (!String(chunk).includes("ok change 2 settings that could lock you out")) return;
            // With the ssh that it may have started by now: that one would go on alone.
            child.kill("SIGSTOP");
            spawnSync("pkill", ["-KILL", "-P", String(child.pid)]);
            child.kill("SIGKILL");
          }),
      },
    );
    expect(result.signal).toBe("SIGKILL");
    expect(await shell("sshd -T")).not.toBe(before);

    await expect.poll(() => shell("ls /var/lib/wherry-hardening/armed"), { timeout: 120_000, interval: 1000 }).toBe("");
    expect(await shell("sshd -T")).toBe(before);
    expect(await shell("nft list tables | grep -c wherry")).toBe("0");
  });

  test(
    "all of it: from outside only what should answer does, no request is lost, and it outlives a restart",
    { timeout: 900_000 },
    async () => {
      const before = await audit();
      expect(before.results.find(({ id }) => id === "firewall")?.status).toBe("fail");
      expect(portsOf(openFromOutside([22, 80, 6379, 8099]))).toEqual([22, 80, 6379, 8099]);
      expect(await metadata()).toEqual({ container: "answered", host: "answered" });

      const traffic = await startTraffic({ address: one.address, port: one.httpPort, host: app.host, rate: 20 });
      const first = await harden();
      expect(first.stderr).toContain("prove that a new login works");
      expect(first.json<Hardening>().done[0]).toMatchObject({ login: "proven" });
      app.commit({ "version.txt": "2\n" });
      await deploy();
      expect(await traffic.stop()).toMatchObject({ lost: 0 });

      const after = await audit();
      expect(after.results.filter(({ status }) => status === "fail")).toEqual([]);
      // It waits for a start of the engine without containers on its bridge, and says so.
      const open = after.results.filter(({ status }) => status === "unknown");
      expect(
        open.filter(({ id, message }) => id !== "docker-icc" || !message.startsWith("set, and in effect")),
      ).toEqual([]);
      expect(after.results.filter(({ status, message }) => status === "not-applicable" && message === "")).toEqual([]);
      expect(before.score).toBeLessThan(60);
      expect(after.score).toBe(100);
      // By IPv4 as well as by IPv6.
      const outside = (): readonly string[] =>
        [...openFromOutside([21, 22, 80, 111, 443, 2375, 6379, 8099])]
          .filter((line) => !/^$| 443$/.test(line))
          .toSorted();
      const both = addresses.flatMap((address) => [`${address} 22`, `${address} 80`]).toSorted();
      expect(both).toHaveLength(4);
      expect(outside()).toEqual(both);
      expect(await metadata()).toEqual({ container: "silent", host: "answered" });

      const second = (await harden()).json<Hardening>();
      expect(second.done[0]?.results.filter(({ outcome }) => outcome !== "same")).toEqual([]);

      // What runs by itself from now on: images that a kept release needs stay, and nothing of it fails.
      const images = (): Promise<string> => shell("docker image ls --format '{{.Repository}}:{{.Tag}}' | sort");
      const kept = await images();
      expect(kept.match(/^wherry\/hardened\/web:/gm)).toHaveLength(2);
      await shell('docker tag "$(docker image ls -q wherry/hardened/web | head -n 1)" wherry/hardened/web:forgotten');
      expect(await shell("systemctl start wherry-cleanup.service wherry-alerts.service && echo done")).toBe("done");
      expect(await images()).toBe(kept);

      await one.reboot();
      await expect.poll(() => app.version().catch(() => "away"), { timeout: 60_000, interval: 500 }).toBe("2");
      await shell("ip address add 169.254.169.254/32 dev lo; systemd-run --quiet nc -l -k -p 8099");
      expect((await audit()).score).toBe(100);
      expect(outside()).toEqual(both);
      expect(await metadata()).toEqual({ container: "silent", host: "answered" });
    },
  );

  test("undo brings back what was before, and only that", async () => {
    const result = await harden("--undo", "docker-logs", "--undo", "reboot-window");
    expect(result.exitCode).toBe(0);
    expect(JSON.parse(await shell("cat /etc/docker/daemon.json"))).toEqual({ "live-restore": true, icc: false });
    expect((await audit()).results.filter(({ status }) => status === "fail").map(({ id }) => id)).toEqual([
      "reboot-window",
      "docker-logs",
    ]);
    expect(await app.version()).toBe("2");
  });
});
