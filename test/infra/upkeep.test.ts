import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { alertsProgram, cleanupProgram } from "../../src/infra/harden/program.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const run = promisify(execFile);

/** A server as these programs see it: its files below one folder, and what stands in for programs of the machine. */
function machine(programs: Readonly<Record<string, string>>) {
  const root = realpathSync(temporaryFolder({}));
  const put = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const [name, body] of Object.entries(programs)) {
    put(`bin/${name}`, `#!/bin/sh\n${body}\n`);
    chmodSync(join(root, "bin", name), 0o755);
  }
  mkdirSync(join(root, "var/lib/wherry-hardening"), { recursive: true });
  return {
    root,
    put,
    read: (path: string): string => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : ""),
    async run(program: string): Promise<string> {
      const moved = program.replaceAll(/(?<= |=)\/(?=(?:var\/lib\/wherry|home\/|root\/|run\/reboot))/g, `${root}/`);
      const env = { ...process.env, PATH: `${root}/bin:${process.env["PATH"]}` };
      return (await run("sh", ["-c", moved], { env })).stdout;
    },
  };
}

describe("the program that tells before a disk is full or a certificate ends", () => {
  const df = (root: number, data: number, inodes: number): string => `case "$*" in
*-i*) echo 'Filesystem Inodes IUsed IFree IUse% Mounted on'; echo '/dev/sdb 100 1 1 ${inodes}% /var/lib/docker/volumes' ;;
*-l*) echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'; echo '/dev/sdb 100 1 1 ${data}% /var/lib/docker/volumes'; echo 'odd 0 0 0 - /odd' ;;
*) echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'; echo '/dev/sda 100 1 1 ${root}% /' ;;
esac`;
  const logger = 'printf "%s\\n" "$*" >> "$(dirname "$0")/../log"';
  const told = "var/lib/wherry-hardening/alerts.told";

  function certificate(days: number): string {
    const folder = temporaryFolder({});
    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x"];
    execFileSync(
      "openssl",
      [...args, "-days", String(days), "-keyout", join(folder, "key"), "-out", join(folder, "certificate")],
      { stdio: "ignore" },
    );
    return readFileSync(join(folder, "certificate"), "utf8") + readFileSync(join(folder, "key"), "utf8");
  }

  test("names each disk from 85 % on, the provider's volume and inodes among them, and nothing below", async () => {
    const full = machine({ df: df(84, 91, 86), logger });
    await full.run(alertsProgram);
    expect(full.read("log").split("\n")).toEqual([
      "-t wherry -p daemon.err the disk of /var/lib/docker/volumes has 85 % of its inodes in use",
      "-t wherry -p daemon.err the disk of /var/lib/docker/volumes is 90 % full",
      "",
    ]);

    const good = machine({ df: df(84, 20, 5), logger });
    await good.run(alertsProgram);
    expect(good.read("log")).toBe("");
  });

  test("tells on a full disk too, where nothing can be written down", async () => {
    const one = machine({ df: df(100, 1, 1), logger });
    // A folder that nothing can be written to, not even by root.
    rmSync(join(one.root, "var/lib/wherry-hardening"), { recursive: true });
    await one.run(alertsProgram).catch(() => "");
    expect(one.read("log")).toBe("-t wherry -p daemon.err the disk of / is 100 % full\n");
  });

  test("names certificates that end within two weeks, of hosts that an app still has", async () => {
    const one = machine({ df: df(1, 1, 1), logger });
    for (const [host, days] of [
      ["shop.test", 10],
      ["long.test", 60],
      ["gone.test", 10],
    ] as const)
      one.put(`var/lib/wherry/proxy/certificates/${host}.pem`, certificate(days));
    one.put("var/lib/wherry/proxy/maps/https.map", "shop.test redirect\nlong.test redirect\n");
    await one.run(alertsProgram);
    expect(one.read("var/lib/wherry-hardening/alerts")).toBe("the certificate of shop.test ends within two weeks\n");
  });

  test("tells the channels that want attention: once, again when it changes, and once a day", async () => {
    const bodies: unknown[] = [];
    const server = createServer((request, response) => {
      const answer = async (): Promise<void> => {
        bodies.push(JSON.parse(await text(request)));
        response.end();
      };
      void answer();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const one = machine({ df: df(91, 1, 1), logger, hostname: "echo box" });
    one.put("var/lib/wherry/apps/shop/production/notify", `channel webhook\nurl ${url}\non rollback attention\n`);
    one.put("var/lib/wherry/apps/shop/uat/notify", `channel webhook\nurl ${url}\non rollback\n`);

    expect(await one.run(alertsProgram)).toBe("notified webhook\n");
    await one.run(alertsProgram);
    expect(bodies).toMatchObject([
      { app: "shop", environment: "production", title: "box needs attention", text: "the disk of / is 90 % full" },
    ]);

    const yesterday = Date.now() / 1000 - 86_400;
    utimesSync(join(one.root, told), yesterday, yesterday);
    await one.run(alertsProgram);
    expect(bodies).toHaveLength(2);

    one.put("run/reboot-required", "");
    await one.run(alertsProgram);
    expect(bodies).toHaveLength(3);
    expect(bodies[2]).toMatchObject({ text: "the disk of / is 90 % full\nupdates wait for a restart" });

    writeFileSync(join(one.root, "bin/df"), `#!/bin/sh\n${df(50, 1, 1)}\n`);
    rmSync(join(one.root, "run/reboot-required"));
    await one.run(alertsProgram);
    expect(bodies).toHaveLength(3);
  });
});

describe("the program that removes old images", () => {
  const images = ["wherry/shop/web:3", "wherry/shop/web:2", "wherry/shop/web:1"];
  const docker = `printf '%s\\n' "$*" >> "$(dirname "$0")/../calls"
case "$*" in "image ls "*) printf '%s\\n' ${images.join(" ")} ;; esac`;
  const server = () => {
    const one = machine({ docker });
    for (const n of [2, 3])
      one.put(
        `var/lib/wherry/apps/shop/production/releases/${n}/release.json`,
        JSON.stringify({ services: { web: { image: `wherry/shop/web:${n}` } } }),
      );
    one.put("var/lib/wherry/apps/shop/production/lock", "");
    return one;
  };

  test("removes what no kept release names, not by force, and asks for Wherry's images alone", async () => {
    const one = server();
    expect(await one.run(cleanupProgram)).toBe("removed wherry/shop/web:1\n");
    expect(one.read("calls").split("\n")).toEqual([
      "image ls --filter reference=wherry/*/* --format {{.Repository}}:{{.Tag}}",
      "image rm wherry/shop/web:1",
      "image prune --force --filter until=48h",
      "",
    ]);
  });

  test("removes nothing while something is deployed", async () => {
    const one = server();
    const lock = join(one.root, "var/lib/wherry/apps/shop/production/lock");
    const held = execFile("flock", ["--no-fork", lock, "sh", "-c", "echo held; exec sleep 60"]);
    onTestFinished(() => void held.kill());
    await new Promise((ready) => held.stdout?.once("data", ready));
    expect(await one.run(cleanupProgram)).toContain("a deployment is under way");
    expect(one.read("calls")).not.toContain("image rm");
  });

  test("keeps images of releases in the home of any account", async () => {
    const one = server();
    writeFileSync(join(one.root, "bin/getent"), `#!/bin/sh\necho deploy:x:1000:1000::${one.root}/srv/deploy:/bin/sh\n`);
    chmodSync(join(one.root, "bin/getent"), 0o755);
    one.put(
      "srv/deploy/.local/state/wherry/apps/shop/uat/releases/1/release.json",
      JSON.stringify({ services: { web: { image: "wherry/shop/web:1" } } }),
    );
    expect(await one.run(cleanupProgram)).toBe("");
    expect(one.read("calls")).not.toContain("image rm");
  });

  test.each([
    ["the files of releases cannot be read", { cat: "exit 1" }],
    ["one of them is empty", { cat: "" }],
    ["the folders cannot be listed", { find: "exit 1" }],
    ["the accounts are not known", { getent: "exit 1" }],
  ])("removes nothing where %s", async (_, broken: Readonly<Record<string, string>>) => {
    const one = server();
    for (const [name, body] of Object.entries(broken)) {
      one.put(`bin/${name}`, `#!/bin/sh\n${body}\n`);
      chmodSync(join(one.root, "bin", name), 0o755);
    }
    await expect(one.run(cleanupProgram)).rejects.toMatchObject({ code: 1 });
    expect(one.read("calls")).not.toContain("image rm");
  });

  test("what is kept is not written down anywhere, so a full /tmp makes it no shorter", async () => {
    const one = server();
    one.put("bin/mktemp", "#!/bin/sh\necho /dev/full\n");
    chmodSync(join(one.root, "bin/mktemp"), 0o755);
    expect(await one.run(cleanupProgram)).toBe("removed wherry/shop/web:1\n");
  });

  test("removes nothing where the engine does not answer", async () => {
    const one = machine({ docker: "exit 1" });
    await expect(one.run(cleanupProgram)).rejects.toMatchObject({ code: 1 });
  });
});
