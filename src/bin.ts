import process from "node:process";
import { version } from "./cli/version.ts";

// The reader has gone (`wherry logs | head`): nobody is left to tell. Losing the progress alone must not end a deployment.
process.stdout.on("error", leaveIfClosed);
process.stderr.on("error", () => {});

const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);

const oldestNode = 22;
const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") process.stdout.write(`${version}\n`);
else if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  process.stderr.write(`Wherry needs Node.js ${oldestNode} or newer; this is ${process.versions.node}\n`);
  process.exitCode = 4;
} else void start();

async function start(): Promise<void> {
  const { main } = await import("./cli/app.ts");
  const { env, stdin, stdout, stderr } = process;
  const outcome = await main(argv, { env, cwd: process.cwd(), stdin, stdout, stderr, signal: controller.signal });
  process.exitCode = outcome.exitCode;
  // Waits for what is written, but not for a handle that somebody forgot: a script must not hang on a finished deployment.
  stderr.write(outcome.stderr, () => stdout.write(outcome.stdout, () => process.exit()));
}

function interrupt(): void {
  if (controller.signal.aborted) process.exit(130);
  controller.abort();
}

function leaveIfClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}
