import { afterAll, beforeAll, expect, test } from "vitest";
import { applyInfra, destroyInfra, infraStatus, planInfra } from "../../src/infra/index.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { orderByHand } from "./foreign.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";

let hetzner: FakeHetzner;
beforeAll(async () => {
  hetzner = await fakeHetzner();
});
afterAll(() => hetzner.close());

const options = { environment: "production", directory: undefined };
const name = "shop-production-1";
const server = { address: `hcloud_server.app["${name}"]`, mode: "managed", type: "hcloud_server", index: name };
const volume = { address: `hcloud_volume.data["${name}"]`, mode: "managed", type: "hcloud_volume", index: name };

/** A tofu that says what it is told to, and what it was asked for. */
function withTofu(state: readonly object[], plan: readonly object[] = []) {
  const real = createContext({
    cwd: temporaryFolder({
      "wherry.yaml":
        "app: shop\nenvironments:\n  production:\n    infrastructure: { size: cx23, location: nbg1, data: 20GB }\n",
      "infra/production/versions.tf": "",
    }),
    env: { HCLOUD_TOKEN: hetzner.token, HCLOUD_ENDPOINT: hetzner.endpoint },
  });
  const asked: string[] = [];
  const said = ([, command, ...args]: readonly string[]): object => {
    if (command === "version") return { terraform_version: "1.12.0" };
    if (command !== "show") return {};
    return args.some((arg) => !arg.startsWith("-"))
      ? { resource_changes: plan }
      : { values: { outputs: {}, root_module: { resources: state } } };
  };
  const context: Context = {
    ...real,
    processes: {
      ...real.processes,
      run: async (argv) => {
        asked.push(argv[1] ?? "");
        const stdout = JSON.stringify(said(argv));
        return { stdout, stderr: "", exitCode: 0, signal: undefined, timedOut: false };
      },
    },
  };
  return { context, asked };
}

test.each(["stop", "go"] as const)(
  "where volumes alone are left, there is nothing to remove, and they are paid for once (%s)",
  async (answer) => {
    const values = { id: "17", size: 20, location: "nbg1" };
    const { context, asked } = withTofu([{ ...volume, values }]);
    const destroy = { ...options, data: false, confirm: async () => answer };
    expect(await destroyInfra(context, destroy, () => {})).toMatchObject({
      changes: [],
      // 20 GB at 0.05.
      price: { before: { net: 1 }, after: { net: 1 } },
    });
    expect(asked).not.toContain("plan");
    expect(asked).not.toContain("apply");
  },
);

test("what has no place in the files any more is told, and neither taken in nor in the way of a plan", async () => {
  const labels = { "managed-by": "wherry", "wherry.app": "shop", "wherry.environment": "production" };
  const { id } = hetzner.put("volumes", { name: `${name}-data`, size: 20, labels });
  const notes: string[] = [];
  const { context, asked } = withTofu([]);
  await planInfra(context, options, (event) => event.type === "note" && notes.push(event.text));
  hetzner.things.volumes.delete(id);
  expect(notes).toEqual([`${volume.address} is at Hetzner as of this environment, and the files do not want it`]);
  expect(asked).not.toContain("import");
});

test("the status says which servers are not set up yet", async () => {
  const { context } = withTofu([]);
  // The second one was never ordered.
  await context.files.write(`${context.cwd}/infra/production/first_host_key.waiting`, `${name}\nshop-production-2\n`);
  const found = await orderByHand(hetzner, name);
  found["labels"] = { "managed-by": "wherry", "wherry.app": "shop", "wherry.environment": "production" };
  const { waiting, servers } = await infraStatus(context, options, () => {});
  hetzner.things.servers.delete(found.id);
  expect(servers.map((server) => server.name)).toEqual([name]);
  expect(waiting).toEqual([name]);
});

test("an order that is cut off says what that means for the bill", async () => {
  const controller = new AbortController();
  const create = { actions: ["create"], before: null, after: { name, server_type: "cx23", location: "nbg1" } };
  const { context } = withTofu([], [{ ...server, change: create }]);
  const { processes } = context;
  const cut: Context = {
    ...context,
    signal: controller.signal,
    processes: {
      ...processes,
      async run(argv, more) {
        if (argv[1] !== "apply") return processes.run(argv, more);
        controller.abort();
        return { stdout: "", stderr: "", exitCode: 1, signal: "SIGTERM", timedOut: false };
      },
    },
  };
  const order = { ...options, destroyData: false, overLimit: false, confirm: async () => {} };
  await expect(applyInfra(cut, order, () => {})).rejects.toMatchObject({
    exit: "interrupted",
    message: "interrupted: a part of it may be done, and be paid for",
    hint: expect.stringContaining("wherry infra destroy -e production removes it") as string,
  });
});

test("a volume for a server that is there is refused by the plan, and shown by the status", async () => {
  const values = { name, server_type: "cx23", location: "nbg1", labels: {} };
  const { context } = withTofu(
    [{ ...server, values }],
    [
      { ...server, change: { actions: ["no-op"], before: values, after: values } },
      { ...volume, change: { actions: ["create"], before: null, after: { size: 20, location: "nbg1" } } },
    ],
  );
  await expect(planInfra(context, options, () => {})).rejects.toMatchObject({
    code: "volume-too-late",
    exit: "refused",
    hint: expect.stringContaining("wherry infra move -e production --to") as string,
  });
  const { changes } = await infraStatus(context, options, () => {});
  expect(changes).toMatchObject([{ warning: expect.stringContaining("it would stay empty") as string }]);
});
