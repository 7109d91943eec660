import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { run } from "../scripts/engine/run.ts";

/** One sentence on where and when this was measured: without it, no number of a benchmark means anything. */
export async function describeMachine(): Promise<string> {
  const cores = cpus();
  const docker = (await run(["docker", "version", "--format", "{{.Server.Version}}"])).trim();
  const facts = [
    `${cores.length} cores (${cores[0]?.model.trim() ?? "unknown"})`,
    `${Math.round(totalmem() / 1024 ** 3)} GB of memory`,
    `${operatingSystem()}, Linux ${release()}`,
    `Node.js ${process.versions.node}`,
    `Docker ${docker}`,
    `load average ${(loadavg()[0] ?? 0).toFixed(1)} when this was written`,
  ];
  return `Measured on ${new Date().toISOString().slice(0, 10)}: ${facts.join(", ")}.`;
}

function operatingSystem(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}
