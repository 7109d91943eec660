import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt } from "../../scripts/engine/run.ts";
import { debianBase } from "../../scripts/standins/debian.ts";
import { listServers, server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";

const ssh = (to: Pick<TestServer, "sshConfig" | "host">, ...command: string[]) =>
  attempt(["ssh", "-F", to.sshConfig, "-o", "ConnectTimeout=5", to.host, ...command]);

async function seconds(what: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await what();
  return (performance.now() - start) / 1000;
}

describe("a server", () => {
  let one: TestServer;
  beforeAll(async () => {
    one = await server({ disk: "small" });
    await one.preloadImage(debianBase);
  });
  afterAll(() => one.remove());

  test("lets both users in with the key, and checks its host key", async () => {
    expect(await ssh(one, "id", "-un")).toMatchObject({ stdout: "deploy\n", exitCode: 0 });
    expect(await ssh({ ...one, host: `${one.name}-root` }, "id", "-un")).toMatchObject({
      stdout: "root\n",
      exitCode: 0,
    });
    expect(await ssh(one, "sudo", "-n", "id", "-u")).toMatchObject({ stdout: "0\n", exitCode: 0 });
  });

  test("boots without failed units", async () => {
    expect(await one.exec(["systemctl", "--failed", "--no-legend"])).toMatchObject({ stdout: "", exitCode: 0 });
  });

  test("runs containers for the deploy user, on overlay2", async () => {
    const { stdout } = await ssh(one, "docker", "run", "--rm", debianBase, "cat", "/etc/debian_version");
    expect(stdout).toMatch(/^13\./);
    expect((await ssh(one, "docker", "info", "--format", "{{.Driver}}")).stdout).toBe("overlay2\n");
    expect(await ssh(one, "docker", "compose", "version", "--short")).toMatchObject({ exitCode: 0 });
  });

  test("passes standard input and the exit code of what is executed in it", async () => {
    const result = await one.exec(["sh", "-c", "cat; id -un; exit 3"], { input: "in ", user: "deploy" });
    expect(result).toMatchObject({ stdout: "in deploy\n", exitCode: 3 });
  });

  test.each(["reboot", "crash"] as const)(
    "comes back after a %s, with its containers and its host key",
    async (how) => {
      await ssh(one, "docker", "run", "-d", "--restart", "always", "--name", how, debianBase, "sleep", "infinity");
      const before = await one.exec(["systemctl", "show", "-p", "UserspaceTimestamp"]);
      await one[how]();
      expect((await one.exec(["systemctl", "show", "-p", "UserspaceTimestamp"])).stdout).not.toBe(before.stdout);
      expect(await ssh(one, "docker", "inspect", "-f", "{{.State.Running}}", how)).toMatchObject({ stdout: "true\n" });
      await ssh(one, "docker", "rm", "-f", how);
    },
  );

  test("is silent while its network is cut, and goes on inside", async () => {
    const talk = connect(one.port, one.address);
    await once(talk, "data");
    await one.cutNetwork();
    let ended = false;
    talk.on("close", () => (ended = true));
    talk.write("SSH-2.0-test\r\n");
    const cut = await ssh(one, "true");
    expect(cut.exitCode).toBe(255);
    expect(cut.stderr).toMatch(/timed out/);
    expect(ended).toBe(false);
    expect(await one.exec(["docker", "run", "--rm", debianBase, "true"])).toMatchObject({ exitCode: 0 });
    await one.healNetwork();
    expect(await ssh(one, "true")).toMatchObject({ exitCode: 0 });
    talk.destroy();
  });

  test("keeps a transfer that was cut in the middle waiting, and finishes it when healed", async () => {
    const receive = ssh(one, "for i in $(seq 20); do echo $i; sleep 0.1; done");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await one.cutNetwork();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await one.healNetwork();
    const { stdout, exitCode } = await receive;
    expect(stdout.trim().split("\n")).toHaveLength(20);
    expect(exitCode).toBe(0);
  });

  test("has a disk that can be full, in containers and in Wherry's folder", async () => {
    expect(await one.fillDisk()).toBe(0);
    const write = "head -c 1M /dev/zero";
    const inContainer = await one.exec(["docker", "run", "--rm", debianBase, "sh", "-c", `${write} >/file`]);
    expect(inContainer.exitCode).not.toBe(0);
    expect(inContainer.stderr).toContain("o space left on device");
    const inFolder = await one.exec(["sh", "-c", `${write} >/var/lib/wherry/file`]);
    expect(inFolder.stderr).toContain("No space left on device");
    await one.exec(["rm", "-f", "/var/lib/wherry/file"]);
    const left = await one.fillDisk(50 * 1024 ** 2);
    expect(left / 1024 ** 2).toBeCloseTo(50, 0);
    await one.freeDisk();
    expect(await one.exec(["docker", "run", "--rm", debianBase, "true"])).toMatchObject({ exitCode: 0 });
  });

  test("can be far away", async () => {
    const near = await seconds(() => ssh(one, "true"));
    const far = await one.delay(100);
    const distant = await seconds(async () => expect(await ssh(far, "true")).toMatchObject({ exitCode: 0 }));
    // ssh makes about 7 round trips to log in.
    expect(distant - near).toBeGreaterThan(0.5);
    expect(distant - near).toBeLessThan(1.5);
    await far.close();
    expect((await ssh(far, "true")).exitCode).toBe(255);
  });

  test("is new after a reset", async () => {
    const key = (await one.exec(["cat", "/etc/ssh/ssh_host_ed25519_key.pub"])).stdout;
    await one.exec(["touch", "/var/lib/wherry/old"]);
    await one.reset();
    expect((await one.exec(["cat", "/etc/ssh/ssh_host_ed25519_key.pub"])).stdout).not.toBe(key);
    expect(await one.exec(["ls", "/var/lib/wherry"])).toMatchObject({ stdout: "" });
    expect((await one.exec(["docker", "images", "-q"])).stdout).toBe("");
    expect(await ssh(one, "true")).toMatchObject({ exitCode: 0 });
  });
});

describe("several servers", () => {
  test("get numbers of their own, and are gone when removed", async () => {
    const [a, b] = await Promise.all([server(), server({ user: "root" })]);
    expect(a.n).not.toBe(b.n);
    expect((await ssh(b, "hostname")).stdout).toBe(`${b.name}\n`);
    expect((await ssh(b, "id", "-un")).stdout).toBe("root\n");
    expect((await listServers()).filter(({ owner }) => owner === process.pid)).toHaveLength(2);
    await Promise.all([a.remove(), b.remove()]);
    expect((await listServers()).filter(({ owner }) => owner === process.pid)).toHaveLength(0);
  });

  test("refuse to fill the disk of the machine", async () => {
    const plain = await server();
    await expect(plain.fillDisk()).rejects.toThrow('disk: "small"');
    await plain.remove();
  });
});

test("a distance adds latency but does not narrow the way", async () => {
  const one = await server();
  const size = 64 * 1024 ** 2;
  const start = `head -c ${size} /dev/zero | nc -l -N -p 80`;
  const far = await one.delay(40);
  const served = one.exec(["sh", "-c", start]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  let received = 0;
  let first = 0;
  const took = await seconds(async () => {
    const begin = performance.now();
    const socket = connect(far.httpPort, far.address);
    socket.on("data", (chunk) => {
      first ||= performance.now() - begin;
      received += chunk.length;
    });
    await once(socket, "end");
    socket.end();
  });
  await served;
  expect(received).toBe(size);
  // SYN, ACK and the first byte: two round trips.
  expect(first).toBeGreaterThan(78);
  expect(first).toBeLessThan(200);
  expect(took).toBeLessThan(5);
  await far.close();
  await one.remove();
});
