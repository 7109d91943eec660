/**
 * `npm run bench:proxy`: requests per second and latency through Wherry's proxy configuration, beside a bare HAProxy and the
 * proxies that others use, in front of the same app, in turn. Everything is on loopback addresses of this machine.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ensureEngine } from "../../scripts/engine/index.ts";
import { attempt, run, succeeds, until } from "../../scripts/engine/run.ts";
import { markdownTable } from "../../scripts/generated-part.ts";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { describeMachine } from "../machine.ts";
import { median, spread } from "../numbers.ts";
import { publish } from "../page.ts";
import { benchImage, contenders, theApp } from "./contenders.ts";
import type { Contender } from "./contenders.ts";

const rounds = Number(process.argv[process.argv.indexOf("--rounds") + 1]) || 5;
const seconds = 6;
const connections = 32;

interface Measured {
  readonly perSecond: number[];
  /** Milliseconds. */
  readonly p99: number[];
  /** Microseconds of computing time of the proxy's processes for one request. */
  readonly computing: number[];
  memory: number;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function start(contender: Contender, folder: string): Promise<string> {
  for (const [name, text] of Object.entries(contender.files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const where = ["--volume", `${folder}:/bench:ro`, "--volume", `${folder}:/wherry`];
  const options = ["--network", "host", "--user", "root", "--env", "WHERRY_RUN=/wherry", "--log-opt", "max-size=10m"];
  const id = await run(["docker", "run", "--detach", ...options, ...where, contender.image, ...contender.command]);
  const ask = ["curl", "-sf", "-o", "/dev/null", "-H", "Host: bench.test", `http://127.0.0.1:${contender.port}/`];
  await until(`${contender.name} to answer`, 15_000, () => succeeds(ask));
  return id.trim();
}

interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly p99: number;
}

/** One turn of `wrk`; it stops with an error as soon as an answer is not 2xx. */
async function load(port: number): Promise<Load> {
  const wrk = ["wrk", "-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-H", "Host: bench.test"];
  const text = await run([
    "docker",
    "run",
    "--rm",
    "--network",
    "host",
    benchImage,
    ...wrk,
    `http://127.0.0.1:${port}/`,
  ]);
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(text);
  const [, amount = "", unit = ""] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  const requests = Number(/(\d+) requests in/.exec(text)?.[1]);
  return { requests, perSecond, p99: Number(amount) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN) };
}

async function processesOf(container: string): Promise<readonly string[]> {
  const { stdout } = await attempt(["docker", "top", container, "-eo", "pid"]);
  return stdout
    .split("\n")
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Proportional set size of all processes of a container, in MB. */
async function memoryOf(container: string): Promise<number> {
  const pids = await processesOf(container);
  const sizes = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, "utf8")));
  return sizes.reduce((all, text) => all + Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0), 0) / 1024;
}

/** Computing time of all processes of a container so far, in microseconds; the kernel counts in hundredths of a second. */
async function computingOf(container: string): Promise<number> {
  const pids = await processesOf(container);
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8")));
  return stats
    .map((text) => text.slice(text.lastIndexOf(")") + 2).split(" "))
    .reduce((all, fields) => all + (Number(fields[11]) + Number(fields[12])) * 10_000, 0);
}

async function measure(folder: string, containers: string[]): Promise<ReadonlyMap<string, Measured>> {
  const started: [Contender, string][] = [];
  for (const [index, contender] of [theApp, ...contenders].entries()) {
    const id = await start(contender, join(folder, String(index)));
    containers.push(id);
    if (contender !== theApp) started.push([contender, id]);
  }
  const results = new Map<string, Measured>(
    contenders.map(({ name }) => [name, { perSecond: [], p99: [], computing: [], memory: 0 }]),
  );
  // In turn, so that whatever else the machine does slows all of them down.
  for (let round = 1; round <= rounds; round += 1) {
    for (const [{ name, port }, id] of started) {
      const before = await computingOf(id);
      const { requests, perSecond, p99 } = await load(port);
      const computing = ((await computingOf(id)) - before) / requests;
      const result = results.get(name);
      result?.perSecond.push(perSecond);
      result?.p99.push(p99);
      result?.computing.push(computing);
      if (result !== undefined) result.memory = await memoryOf(id);
      say(
        `round ${round} of ${rounds}: ${name}: ${Math.round(perSecond)}/s, 99 % within ${p99.toFixed(1)} ms, ${computing.toFixed(0)} µs`,
      );
    }
  }
  return results;
}

async function main(): Promise<void> {
  await ensureEngine(say);
  await ensureBaseImages(["haproxy:3.2"], say);
  await run(["docker", "build", "--quiet", "--tag", benchImage, resolve(import.meta.dirname)]);
  const folder = await mkdtemp(join(tmpdir(), "wherry-bench-proxy-"));
  const containers: string[] = [];
  try {
    const results = await measure(folder, containers);
    const own = results.get("wherry")?.perSecond ?? [];
    const rows = [...results].map(([name, { perSecond, p99, computing, memory }]) => [
      name,
      spread(perSecond, 0),
      median(perSecond.map((value, round) => (own[round] ?? Number.NaN) / value)).toFixed(2),
      spread(p99),
      spread(computing, 0),
      memory.toFixed(1),
    ]);
    const head = [
      "proxy",
      "requests per second",
      "Wherry's by this",
      "99 % within, ms",
      "computing time, µs",
      "memory, MB",
    ];
    publish(
      "bench:proxy",
      `${markdownTable(head, rows)}\n\n${rounds} rounds of ${seconds} s. ${await describeMachine()}`,
    );
  } finally {
    if (containers.length > 0) await attempt(["docker", "rm", "--force", ...containers]);
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
