import { attempt, run, succeeds } from "../engine/run.ts";
import { buildProgram, say, title, wherry } from "./run.ts";
import { environment, ensurePassword, prepareShop, removeFolder, volume } from "./shop.ts";

/** Removes what `up` made, each thing by its exact name or label, and nothing else. */
export async function down(): Promise<void> {
  if (!(await succeeds(["docker", "version"], { timeout: 20_000 })))
    throw new Error("The Docker engine does not answer; what the quickstart left in it cannot be removed now.");
  await buildProgram();
  // The folder may be gone already: to remove the app, Wherry wants to see it.
  await prepareShop();
  await ensurePassword();
  title("wherry remove -e local --yes");
  await wherry("remove", "--yes");
  say();
  await removeVolume();
  await removeImages();
  await removeProxy();
  await removeFolder();
  say("removed the folder .quickstart");
}

/** Only with Wherry's labels on it: a volume that merely has the same name is somebody else's. */
async function removeVolume(): Promise<void> {
  const format = '{{index .Labels "wherry.app"}} {{index .Labels "wherry.environment"}}';
  const { stdout, exitCode } = await attempt(["docker", "volume", "inspect", "--format", format, volume]);
  if (exitCode !== 0 || stdout.trim() !== `shop ${environment}`) return;
  await run(["docker", "volume", "rm", volume]);
  say(`removed the volume ${volume}`);
}

/** What was built for the shop, unless another environment of an app of this name is here and may need it. */
async function removeImages(): Promise<void> {
  if ((await list("ps", "--all", "--filter", "label=wherry.app=shop")).length > 0) return;
  const images = await list("image", "ls", "--filter", "reference=wherry/shop/*");
  for (const image of images) await run(["docker", "image", "rm", image]);
  if (images.length > 0) say(`removed the images ${images.join(", ")}`);
}

/** The proxy serves all apps of this machine: it goes with the last one. */
async function removeProxy(): Promise<void> {
  if ((await list("ps", "--all", "--filter", "label=wherry.app")).length > 0) return;
  const [proxy] = await list("ps", "--all", "--filter", "label=wherry.role=proxy");
  if (proxy === undefined) return;
  await run(["docker", "rm", "--force", proxy]);
  say("removed the proxy: no other app uses it");
}

/** Names of what docker lists. */
async function list(...args: readonly string[]): Promise<readonly string[]> {
  const format = args[0] === "image" ? "{{.Repository}}:{{.Tag}}" : "{{.Names}}";
  const text = await run(["docker", ...args, "--format", format]);
  return text.split("\n").filter((line) => line !== "");
}
