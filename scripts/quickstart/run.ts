import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { environment, root, shopFolder } from "./shop.ts";

let running = false;
let interrupted = false;

// Ctrl-C reaches the program that runs as well: it ends in order, and we after it.
process.on("SIGINT", () => {
  interrupted = true;
  if (!running) process.exit(130);
});

export const say = (line = ""): void => console.log(line);

export const title = (text: string): void => say(`\n== ${text}`);

/** Runs `wherry WORDS -e local` in the shop's folder, with this terminal as its own. */
export async function wherry(...words: readonly string[]): Promise<void> {
  const args = [...words, "-e", environment];
  const code = await start([process.execPath, join(root, "dist", "wherry.cjs"), ...args], shopFolder);
  if (code !== 0) throw new Error(`wherry ${args.join(" ")} ended with exit code ${code}.`);
}

export async function buildProgram(): Promise<void> {
  const code = await start([process.execPath, join(root, "scripts", "build.ts")], root);
  if (code !== 0) throw new Error("dist/wherry.cjs could not be built.");
}

async function start([program = "", ...args]: readonly string[], cwd: string): Promise<number> {
  running = true;
  const child = spawn(program, args, { cwd, stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  running = false;
  if (interrupted) process.exit(130);
  return code ?? 1;
}
