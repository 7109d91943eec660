import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import ready from "../../src/infra/scripts/ready.sh?raw";
import { temporaryFolder } from "../helpers/temporary.ts";
import { largest, smallest, userData } from "./first-boot.ts";

/** Bytes that Hetzner takes; others take less, and compress. */
const limit = 32 * 1024;

test("the user data of a team of nine with two long keys each fits into what a provider takes, with half of it left", () => {
  expect(Buffer.byteLength(userData("debian-13", largest))).toBeLessThan(limit - 8 * 1024);
});

test("keys reach it as they are, and a server without volume or host key is told nothing of either", () => {
  const data = parse(userData("ubuntu-24.04", smallest)) as { users: { ssh_authorized_keys: string[] }[] };
  expect(data.users[0]?.ssh_authorized_keys).toEqual(smallest.ssh_keys);
  expect(data).not.toHaveProperty("ssh_keys");
  expect(JSON.stringify(data)).not.toContain("/dev/disk");

  const whole = parse(userData("debian-13", largest)) as Record<string, unknown>;
  expect(whole).toMatchObject({
    users: [{ ssh_authorized_keys: largest.ssh_keys }],
    ssh_keys: { ed25519_private: largest.first_host_key.private },
  });
  expect(JSON.stringify(whole)).toContain("scsi-0HC_Volume_4711000000");
});

test("each system gets the packages that it has", () => {
  expect(userData("debian-13", smallest)).toContain("docker.io docker-cli docker-compose docker-buildx");
  expect(userData("ubuntu-22.04", smallest)).toContain("docker.io docker-compose-v2 docker-buildx");
  // DigitalOcean has its processor behind the name.
  expect(userData("debian-12-x64", smallest)).toContain("docker-compose-plugin");
  const older = userData("debian-12", smallest);
  expect(older).toContain("docker-ce docker-ce-cli");
  expect(older).toContain("signed-by=/etc/apt/keyrings/docker.asc");
});

/** A machine in a folder, with a few programs that do as they would there: what is mounted is in a file. */
function machine() {
  const root = temporaryFolder({ "etc/fstab": "", "run/cloud-init/result.json": "{}" });
  const programs: Readonly<Record<string, string>> = {
    sudo: 'shift; exec "$@"',
    sleep: "",
    mountpoint: `[ -e "$ROOT/mounted" ]`,
    mount: '[ -e "$ROOT/dev/disk/by-id/scsi-0HC_Volume_4711000000" ] && echo once >> "$ROOT/mounted"',
    "cloud-init": `case "$*" in
      "status --wait") exit "$(cat "$ROOT/status")" ;;
      "status --long") echo "status: as told" ;;
      *) echo "$*" >> "$ROOT/again"; exec sh "$ROOT/commands" ;;
    esac`,
  };
  mkdirSync(join(root, "bin"));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(root, "bin", name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(root, "bin", name), 0o755);
  }
  const write = (name: string, text: string): void => writeFileSync(join(root, name), text);
  const inRoot = (text: string): string =>
    text.replaceAll(/(?<=^|[ ="'/>])\/(?=(?:etc|var|run|dev\/disk)\/)/gm, `${root}/`);
  return {
    root,
    write,
    read: (name: string): string => readFileSync(join(root, name), "utf8"),
    attach(): void {
      mkdirSync(join(root, "dev/disk/by-id"), { recursive: true });
      write("dev/disk/by-id/scsi-0HC_Volume_4711000000", "");
    },
    run(script: string) {
      const env = { PATH: `${join(root, "bin")}:${process.env["PATH"]}`, ROOT: root };
      const { status, stdout } = spawnSync("sh", ["-s"], { input: inRoot(script), env, encoding: "utf8" });
      return { status, said: stdout.trim().split("\n") };
    },
  };
}

/** Of the commands of the first boot, those for the volume; a file is as good as a disk. */
const volumeCommands = (): string => {
  const { runcmd } = parse(userData("debian-13", largest)) as { runcmd: string[] };
  return (runcmd[0] ?? "").replace("[ -b ", "[ -e ");
};

describe("a volume that comes too late", () => {
  test("fails the first boot, keeps Docker from starting without it, and is mounted when the commands are run again", () => {
    const server = machine();
    expect(server.run(volumeCommands()).status).not.toBe(0);
    const guard = "etc/systemd/system/docker.service.d/volumes.conf";
    expect(server.read(guard)).toBe(`[Unit]\nRequiresMountsFor=${server.root}/var/lib/docker/volumes\n`);
    expect(server.read("etc/fstab")).toContain("/var/lib/docker/volumes xfs");
    server.attach();
    for (let attempt = 0; attempt < 2; attempt += 1) expect(server.run(volumeCommands()).status).toBe(0);
    expect(server.read("mounted")).toBe("once\n");
    expect(server.read("etc/fstab").trim().split("\n")).toHaveLength(1);
  });
});

describe("how the first boot went", () => {
  const failed = (...modules: readonly string[]): string =>
    JSON.stringify({ v1: { errors: modules.map((one) => `('${one}', RuntimeError('Runparts: 1 failures'))`) } });

  test("is what cloud-init says of it, and nothing is run again where it went well", () => {
    for (const status of ["0", "2"]) {
      const server = machine();
      server.write("status", status);
      expect(server.run(ready).said).toEqual([status, "status: as told"]);
      expect(() => server.read("again")).toThrow("ENOENT");
    }
  });

  test("is told of the second time, where nothing but its commands had failed", () => {
    for (const name of ["scripts_user", "scripts-user"]) {
      const server = machine();
      server.write("status", "1");
      server.write("run/cloud-init/result.json", failed(name));
      server.write("commands", "exit 0");
      expect(server.run(ready).said).toEqual(["2", "its commands failed, and were run once more"]);
      expect(server.read("again")).toBe("single --name cc_scripts_user --frequency always\n");
      server.write("commands", "exit 1");
      expect(server.run(ready).said).toEqual(["1", "status: as told"]);
    }
  });

  test("is bad, and nothing is run again, where something else failed, or nobody knows what", () => {
    for (const result of [failed("scripts_user", "write_files"), failed(), "{", "{}"]) {
      const server = machine();
      server.write("status", "1");
      server.write("run/cloud-init/result.json", result);
      expect(server.run(ready).said).toEqual(["1", "status: as told"]);
      expect(() => server.read("again")).toThrow("ENOENT");
    }
  });

  test("is bad where the volume is expected and not mounted, though a later boot went well", () => {
    const server = machine();
    server.write("status", "0");
    server.run(volumeCommands());
    server.write("commands", "exit 0");
    const said = ["1", "status: as told", `the volume is not mounted at ${server.root}/var/lib/docker/volumes`];
    expect(server.run(ready).said).toEqual(said);
    server.attach();
    server.run(volumeCommands());
    expect(server.run(ready).said).toEqual(["0", "status: as told"]);
    rmSync(join(server.root, "mounted"));
    server.write("commands", 'echo once > "$ROOT/mounted"');
    expect(server.run(ready).said[0]).toBe("2");
  });
});
