import { spawn } from "node:child_process";
import { once } from "node:events";

/** How long the engine may take to find a registry: a name that does not resolve fails at once, a silent firewall never. */
const answerWithin = 10_000;

export type Pulled = "pulled" | "no-registry" | { readonly failed: string };

/**
 * Asks the engine to pull an image, and so with its own mirrors, proxies and credentials. Given up when no registry has
 * answered within 10 s; once one has, it may take as long as it takes.
 */
export async function pull(name: string): Promise<Pulled> {
  const child = spawn("docker", ["pull", name], { stdio: ["ignore", "pipe", "pipe"] });
  let answered = false;
  let stderr = "";
  const timer = setTimeout(() => child.kill("SIGKILL"), answerWithin);
  child.stdout.on("data", (chunk: Buffer) => {
    if (!chunk.includes("Pulling from")) return;
    answered = true;
    clearTimeout(timer);
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  if (code === 0) return "pulled";
  // A registry that refuses (no such tag, too many pulls, login needed) has answered as well.
  const refused = /manifest|toomanyrequests|denied|unauthorized/i.test(stderr);
  return answered || refused ? { failed: stderr.trim() } : "no-registry";
}
