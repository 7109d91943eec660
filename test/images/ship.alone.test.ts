import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { onTestFinished, test, expect } from "vitest";
import { inventoryScript, openShipment, parseInventory, planShipment, prepareImages } from "../../src/images/index.ts";
import type { EngineInventory, PrepareRequest, ServiceImage } from "../../src/images/index.ts";
import { parseServer } from "../../src/config/server-address.ts";
import { phase, prelude, script, withConnection } from "../../src/server/index.ts";
import type { Connection, RemoteResult, Script } from "../../src/server/index.ts";
import { createContext, type Context } from "../../src/system/index.ts";
import { server } from "../../testbed/index.ts";
import type { ServerOptions, TestServer } from "../../testbed/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const app = "ship-test";
const dockerfile = "FROM debian:trixie-slim\nCOPY big /big\nCOPY page /page\n";

test("only what the server lacks crosses the network, and the image runs there", async () => {
  const { machine, ctx } = await newServer();
  const big = randomBytes(2_000_000);
  await onServer(ctx, machine, async (connection) => {
    const first = await ship(ctx, connection, { Dockerfile: dockerfile, big, page: "one" });
    const second = await ship(ctx, connection, { Dockerfile: dockerfile, big, page: "two" });
    const again = await ship(ctx, connection, { Dockerfile: dockerfile, big, page: "two" });

    expect(first.layerBytes).toBeGreaterThan(60_000_000);
    expect(second.layerBytes).toBeLessThan(100_000);
    expect(second.bytesSent).toBeLessThan(30_000);
    expect(again.bytesSent).toBe(0);
    const run = await machine.exec(["docker", "run", "--rm", second.image.reference, "cat", "/page"]);
    expect(run).toMatchObject({ exitCode: 0, stdout: "two" });
  });
});

test.each([
  ["pushed to us by the engine", {}, undefined],
  ["pushed to us in CI too, as nothing is there yet", { CI: "true" }, undefined],
  ["saved, where our port is taken", {}, 27_419],
] as const)("layers are %s, and the server gets the same image", { timeout: 120_000 }, async (_way, env, taken) => {
  const { machine, ctx } = await newServer();
  const own = createContext({ env: { ...process.env, CI: undefined, XDG_CACHE_HOME: temporaryFolder(), ...env } });
  const blocked = taken === undefined ? undefined : await own.loopback.serve(taken, async () => {});
  onTestFinished(async () => blocked?.close());
  const calls: string[] = [];
  const watched: Context = {
    ...own,
    cwd: ctx.cwd,
    processes: {
      ...own.processes,
      run: (argv, options) => {
        if (argv[0] === "docker") calls.push(`${argv[1]} ${argv[2]}`);
        return own.processes.run(argv, options);
      },
    },
  };
  // Deployments that were killed may have left some; the engine lists them in any order.
  const temporaryNames = async (): Promise<readonly string[]> => {
    const list = ["image", "ls", "--filter", "reference=127.0.0.1:27419/*/*", "--format", "{{.Repository}}"];
    return (await own.processes.run(["docker", ...list])).stdout.split("\n").toSorted();
  };
  const before = await temporaryNames();
  await onServer(ctx, machine, async (connection) => {
    const big = randomBytes(3_000_000);
    const first = await ship(watched, connection, { Dockerfile: dockerfile, big, page: "one" });
    const second = await ship(watched, connection, { Dockerfile: dockerfile, big, page: "two" });

    const ids = await machine.exec([
      "docker",
      "image",
      "inspect",
      "-f",
      "{{.Id}}",
      first.image.reference,
      second.image.reference,
    ]);
    expect(ids.stdout.trim().split("\n")).toEqual([first.image.digest, second.image.digest]);
    expect(second.bytesSent).toBeLessThan(30_000);
  });
  // Nothing is on the server at first: then a push pays in CI as well, and for the second one everything is known.
  expect(calls.includes("image save")).toBe(taken !== undefined);
  expect(await temporaryNames()).toEqual(before);
});

test("a transfer that is cut goes on where it was", async () => {
  const { machine, ctx } = await newServer();
  const files = { Dockerfile: "FROM scratch\nCOPY big /big\n", big: randomBytes(20_000_000) };
  const image = await prepare(ctx, files);

  await onServer(ctx, machine, (connection) => shipCut(ctx, connection, image, 8_000_000));
  const rest = await onServer(ctx, machine, (connection) => shipImage(ctx, connection, image));

  expect(rest.bytesSent).toBeGreaterThan(10_000_000);
  expect(rest.bytesSent).toBeLessThan(15_000_000);
  expect(await machine.exec(["docker", "image", "inspect", "-f", "{{.Id}}", image.reference])).toMatchObject({
    stdout: `${image.digest}\n`,
  });
});

test("an image that is there under another name is only named", async () => {
  const { machine, ctx } = await newServer();
  const image = await prepare(ctx, { Dockerfile: "FROM scratch\nCOPY Dockerfile /\n" });
  await onServer(ctx, machine, async (connection) => {
    await shipImage(ctx, connection, image);
    await machine.exec(["docker", "tag", image.reference, "other:1"]);
    await machine.exec(["docker", "image", "rm", image.reference]);

    const { bytesSent } = await shipImage(ctx, connection, image);

    expect(bytesSent).toBeLessThan(10);
    expect((await machine.exec(["docker", "image", "inspect", image.reference])).exitCode).toBe(0);
  });
});

test("a layer that arrived damaged is thrown away, and the next try succeeds", async () => {
  const { machine, ctx } = await newServer();
  const image = await prepare(ctx, { Dockerfile: "FROM scratch\nCOPY big /big\n", big: randomBytes(3_000_000) });
  await onServer(ctx, machine, async (connection) => {
    await shipCut(ctx, connection, image, 1_500_000);
    const incoming = "/home/deploy/.local/state/wherry/apps/ship-test/test/incoming";
    await machine.exec([
      "sh",
      "-c",
      `for f in ${incoming}/blobs/sha256/*; do printf damaged | dd of=$f conv=notrunc; done`,
    ]);

    const damaged = await receive(ctx, connection, image, (input) => input);
    const next = await shipImage(ctx, connection, image);

    expect(damaged.result.stdout).toContain("problem image-load-failed");
    expect(next.result.exitCode).toBe(0);
    expect(await machine.exec(["ls", incoming])).toMatchObject({ stdout: "" });
  });
});

test.for(["root", "deploy"] as const)("a full disk is told as such, and what filled it goes (%s)", async (user) => {
  const { machine, ctx } = await newServer({ disk: "small", user });
  const image = await prepare(ctx, { Dockerfile: "FROM scratch\nCOPY big /big\n", big: randomBytes(60_000_000) });
  await machine.exec(["mkdir", "-p", "/var/lib/wherry"]);
  const left = await machine.fillDisk(20_000_000);

  const { result } = await onServer(ctx, machine, (connection) => receive(ctx, connection, image, (input) => input));

  expect(result.stdout).toContain("problem disk-full");
  const after = await machine.exec(["sh", "-c", "df --output=avail -B1 /var/lib/docker | tail -n 1"]);
  expect(Number(after.stdout)).toBeGreaterThan(left * 0.9);
});

test("an engine with the containerd store gets only the layers that it lacks", async () => {
  const { machine, ctx } = await newServer();
  const settings = JSON.stringify({ features: { "containerd-snapshotter": true } });
  await machine.exec(["sh", "-c", 'mkdir -p /etc/docker && printf %s "$1" > /etc/docker/daemon.json', "sh", settings]);
  await machine.exec(["systemctl", "restart", "docker"]);
  const big = randomBytes(2_000_000);
  const files = (page: string): Files => ({ Dockerfile: "FROM scratch\nCOPY big /big\nCOPY page /page\n", big, page });
  await onServer(ctx, machine, async (connection) => {
    const store = (await inventoryOf(connection)).store;
    const first = await ship(ctx, connection, files("one"));
    const second = await ship(ctx, connection, files("two"));

    expect(store).toBe("containerd");
    expect(first.bytesSent).toBeGreaterThan(2_000_000);
    expect(second.bytesSent).toBeLessThan(30_000);
    // Made of all its layers: those that were left out are there.
    const saved = await machine.exec(["sh", "-c", 'docker save "$1" | wc -c', "sh", second.image.reference]);
    expect(Number(saved.stdout)).toBeGreaterThan(2_000_000);
  });
});

interface Shipped {
  readonly image: ServiceImage;
  readonly layerBytes: number;
  readonly bytesSent: number;
  readonly result: RemoteResult;
}

type Files = Readonly<Record<string, string | Uint8Array>>;

async function ship(ctx: Context, connection: Connection, files: Files): Promise<Shipped> {
  return shipImage(ctx, connection, await prepare(ctx, files));
}

async function shipImage(ctx: Context, connection: Connection, image: ServiceImage): Promise<Shipped> {
  const shipped = await receive(ctx, connection, image, (input) => input);
  expect(shipped.result).toMatchObject({ exitCode: 0 });
  return shipped;
}

/** As when the network goes: the first bytes arrive, and then standard input ends. */
async function shipCut(ctx: Context, connection: Connection, image: ServiceImage, after: number): Promise<void> {
  const { result } = await receive(ctx, connection, image, (input) => Readable.from(firstBytes(input, after)));
  expect(result.stdout).toContain("problem transfer-cut");
}

async function receive(
  ctx: Context,
  connection: Connection,
  image: ServiceImage,
  through: (input: Readable) => Readable,
): Promise<Shipped> {
  const inventory = await inventoryOf(connection);
  const shipment = planShipment([image], inventory);
  const opened = await openShipment(ctx, [image], shipment, inventory, () => {});
  const { layerBytes } = shipment;
  if (opened === undefined) {
    return { image, layerBytes, bytesSent: 0, result: { exitCode: 0, stdout: "", stderr: "" } };
  }
  let bytesSent = 0;
  const counted = Readable.from(
    counting(through(opened.input), (bytes) => (bytesSent += bytes)),
    { objectMode: false },
  );
  const result = await connection.run(inPhase(opened.script), { input: counted });
  await opened.close();
  return { image, layerBytes, bytesSent, result };
}

async function inventoryOf(connection: Connection): Promise<EngineInventory> {
  const { stdout } = await connection.run(inPhase(inventoryScript));
  return parseInventory(stdout);
}

function inPhase(body: Script): Script {
  return phase(script(prelude, [app, "test", "-"]), [{ id: "test", script: body }]);
}

async function* counting(input: Readable, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of input as AsyncIterable<Buffer>) {
    count(chunk.length);
    yield chunk;
  }
}

async function* firstBytes(input: Readable, length: number): AsyncGenerator<Buffer> {
  let left = length;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

async function prepare(ctx: Context, files: Files): Promise<ServiceImage> {
  const directory = temporaryFolder(files);
  const request: PrepareRequest = {
    app,
    directory,
    services: [{ name: "web", image: undefined, built: true }],
    builds: [{ service: "web", image: undefined, platform: undefined, build: { context: directory }, secrets: [] }],
    secrets: new Map(),
    commit: undefined,
    dirty: false,
    platform: "linux/amd64",
    exportTree: async () => {},
  };
  const image = (await prepareImages(ctx, request, () => {})).get("web");
  if (image === undefined) throw new Error("no image");
  return image;
}

async function newServer(
  options: ServerOptions = {},
): Promise<{ readonly machine: TestServer; readonly ctx: Context }> {
  const machine = await server(options);
  onTestFinished(async () => {
    await machine.remove();
    const filter = ["--filter", `reference=wherry/${app}/*`, "--format", "{{.Repository}}:{{.Tag}}"];
    const listed = execFileSync("docker", ["image", "ls", ...filter], { encoding: "utf8" });
    const names = listed.split("\n").filter((name) => name !== "");
    // By name: another name may stand for the same image.
    if (names.length > 0) execFileSync("docker", ["image", "rm", ...names], { stdio: "ignore" });
  });
  return { machine, ctx: createContext({ env: { ...process.env, WHERRY_SSH_CONFIG: machine.sshConfig } }) };
}

function onServer<T>(ctx: Context, machine: TestServer, use: (connection: Connection) => Promise<T>): Promise<T> {
  const address = parseServer(machine.host);
  if (address === undefined) throw new Error(machine.host);
  return withConnection(ctx, address, use);
}
