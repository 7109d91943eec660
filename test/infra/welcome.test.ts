import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { applyInfra } from "../../src/infra/index.ts";
import { firstKey, welcome } from "../../src/infra/host-keys.ts";
import type { FirstKey } from "../../src/infra/host-keys.ts";
import { readMachines } from "../../src/infra/session.ts";
import type { WantedMachines } from "../../src/infra/session.ts";
import { awaitServers, waitingServers } from "../../src/infra/waiting.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";

const [name, address] = ["shop-production-1", "192.0.2.10"];
const scripts = { boot: "cloud-init status", make: "ssh-keygen -q", take: "systemctl reload" } as const;

/** A server that shows a host key, and makes and takes others: ssh refuses where it is not among those that are believed. */
class Server {
  shown = "";
  next = "";
  made = 0;
  /** Its script is cut before it begins, or when it has done its work and nobody hears of it. */
  cut: { readonly at: keyof typeof scripts; readonly when: "before" | "after" } | undefined;

  answer(script: string, believed: string): { readonly exitCode: number; readonly stdout: string } {
    if (!believed.includes(`${address} ${this.shown}\n`)) return { exitCode: 255, stdout: "" };
    const cut = this.cut !== undefined && script.includes(scripts[this.cut.at]) ? this.cut.when : undefined;
    if (cut === "before") return { exitCode: 255, stdout: "" };
    const stdout = this.#do(script);
    return { exitCode: cut === "after" ? 255 : 0, stdout };
  }

  #do(script: string): string {
    if (script.includes(scripts.boot)) return "0\nstatus: done\n";
    if (script.includes(scripts.make)) return (this.next ||= `ssh-ed25519 own-${(this.made += 1)}`);
    if (script.includes(scripts.take)) [this.shown, this.next] = [this.next || this.shown, ""];
    return "";
  }
}

describe("a new server whose greeting is cut", () => {
  let server: Server;
  let context: Context;
  let machines: WantedMachines;
  let first: FirstKey;
  const greet = () => welcome(context, machines, { name, address }, first, () => {});
  const waiting = async () => (await waitingServers(context, machines.folder)).map((one) => one.name);
  const known = () => readFileSync(join(machines.folder, "known_hosts"), "utf8");

  beforeEach(async () => {
    server = new Server();
    const folder = temporaryFolder({
      "wherry.yaml": "app: shop\nenvironments:\n  production:\n    infrastructure: { size: cx23 }\n",
    });
    const real = createContext({ env: { ...process.env, HOME: folder }, cwd: folder });
    context = {
      ...real,
      processes: {
        ...real.processes,
        async run(argv, options) {
          if (argv[0] !== "ssh") return real.processes.run(argv, options);
          const none = { stdout: "", stderr: "", exitCode: 0, signal: undefined, timedOut: false };
          if (argv.includes("-G")) return none;
          const file = argv.find((one) => one.startsWith("UserKnownHostsFile="))?.split("=")[1] ?? "";
          const answer = server.answer(
            typeof options?.input === "string" ? options.input : "",
            readFileSync(file, "utf8"),
          );
          return { ...none, ...answer, stderr: answer.exitCode === 0 ? "" : "Host key verification failed." };
        },
      },
    };
    machines = await readMachines(context, { environment: "production", directory: undefined });
    mkdirSync(machines.folder, { recursive: true });
    first = await firstKey(context, machines.folder);
    server.shown = first.public;
    await awaitServers(context, machines.folder, [name, "shop-production-2"]);
  });

  const cuts = [
    ["boot", "before"],
    ["make", "before"],
    ["make", "after"],
    ["take", "before"],
    ["take", "after"],
  ] as const;
  test.each(cuts)("at %s (%s it) is greeted by the next one, and shows the key that is known", async (at, when) => {
    // Twice: the second one is cut as well.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      server.cut = { at, when };
      await expect(greet()).rejects.toMatchObject({ exit: "failed" });
      expect(await waiting()).toContain(name);
    }
    server.cut = undefined;
    await greet();
    expect(await waiting()).toEqual(["shop-production-2"]);
    expect(known()).toBe(`${address} ${server.shown}\n`);
    expect(server.shown).not.toBe(first.public);
  });

  test("is believed by no key of the machine that it took the place of", async () => {
    await greet();
    await awaitServers(context, machines.folder, [name]);
    await expect(greet()).rejects.toMatchObject({ code: "host-key-changed" });
    server.shown = first.public;
    await greet();
    expect(known()).toBe(`${address} ssh-ed25519 own-2\n`);
  });

  test("that is interrupted while nothing answers ends at once, and says what was left and how to go on", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { clock } = createContext({ signal });
    const result = { stdout: "", stderr: "Connection timed out", exitCode: 255, signal: undefined, timedOut: false };
    const processes = { ...context.processes, run: async () => result };
    const interrupted = { ...context, signal, clock, processes };
    const began = Date.now();
    setTimeout(() => controller.abort(), 100);
    await expect(welcome(interrupted, machines, { name, address }, first, () => {})).rejects.toMatchObject({
      exit: "interrupted",
      message: `interrupted: ${name} (${address}) was made, and is not set up yet`,
      hint: expect.stringContaining("wherry infra apply -e production goes on") as string,
    });
    // The pause between two tries is 3 s.
    expect(Date.now() - began).toBeLessThan(2000);
    expect(await waiting()).toContain(name);
  });

  test("leaves nothing that git would see", () => {
    expect(readdirSync(machines.folder).filter((file) => !file.startsWith("first_host_key"))).toEqual([]);
  });
});

test("an apply with nothing to change greets who waits, though the address is known, and only then forgets the first key", async () => {
  const hetzner = await fakeHetzner();
  onTestFinished(() => hetzner.close());
  const folder = temporaryFolder({
    "wherry.yaml": `app: shop\nenvironments:\n  production:\n    server: deploy@${address}\n    infrastructure: { size: cx23 }\n`,
    "infra/production/versions.tf": "",
    "infra/production/known_hosts": `${address} ssh-ed25519 of-the-one-before\n`,
  });
  const env = { ...process.env, HOME: folder, HCLOUD_TOKEN: hetzner.token, HCLOUD_ENDPOINT: hetzner.endpoint };
  const real = createContext({ env, cwd: folder });
  const server = new Server();
  const outputs = {
    servers: { value: { [name]: { id: "1", ipv4: address, ipv6: null, private: null, volume: null } } },
  };
  const run: Context["processes"]["run"] = async (argv, more) => {
    const said = (stdout: string, exitCode = 0) => ({
      stdout,
      stderr: "",
      exitCode,
      signal: undefined,
      timedOut: false,
    });
    if (argv[0] === "ssh" && argv.includes("-G")) return said("");
    if (argv[0] === "ssh") {
      const file = argv.find((one) => one.startsWith("UserKnownHostsFile="))?.split("=")[1] ?? "";
      const { stdout, exitCode } = server.answer(
        typeof more?.input === "string" ? more.input : "",
        readFileSync(file, "utf8"),
      );
      return said(stdout, exitCode);
    }
    if (argv[0] !== "tofu") return real.processes.run(argv, more);
    if (argv[1] === "version") return said('{"terraform_version":"1.12.6"}');
    return said(argv[1] === "show" ? JSON.stringify({ values: { outputs }, resource_changes: [] }) : "");
  };
  const context = { ...real, processes: { ...real.processes, run } };
  const options = { environment: "production", directory: undefined };
  const { folder: files } = await readMachines(context, options);
  const apply = () =>
    applyInfra(context, { ...options, destroyData: false, overLimit: false, confirm: async () => {} }, () => {});
  server.shown = (await firstKey(context, files)).public;
  await awaitServers(context, files, [name]);

  server.cut = { at: "take", when: "before" };
  await expect(apply()).rejects.toMatchObject({ code: "setup-interrupted" });
  expect(readdirSync(files)).toEqual(expect.arrayContaining(["first_host_key", "first_host_key.waiting"]));
  server.cut = undefined;
  await apply();
  expect(readFileSync(join(files, "known_hosts"), "utf8")).toBe(`${address} ${server.shown}\n`);
  expect(readdirSync(files).filter((file) => file.startsWith("first_host_key"))).toEqual([]);

  // Known, and waiting for nothing: nobody asks it.
  server.shown = "nobody believes this one";
  await apply();
});
