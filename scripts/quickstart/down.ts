import { access, constants, readdir, rm, rmdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { attempt, isRoot, run, succeeds } from "../engine/run.ts";
import { buildProgram, say, title, wherry } from "./run.ts";
import { ensurePassword, environment, exists, prepareShop, removeFolder, volume } from "./shop.ts";

/** Removes what `up` made, each thing by its exact name or label, and nothing else. */
export async function down(): Promise<void> {
  if (!(await succeeds(["docker", "version"], { timeout: 20_000 })))
    throw new Error("The Docker engine does not answer; what the quickstart left in it cannot be removed now.");
  if (await isDeployed()) await removeApp();
  await removeVolume();
  await removeImages();
  if ((await list("ps", "--all", "--filter", "label=wherry.app")).length === 0) {
    await removeProxy();
    await removeState();
  }
  await removeFolder();
  say("Nothing of the quickstart is left. Base images stay for the next time.");
}

/** Also where only a part of it is there: a first deployment that failed or was cut short. */
async function isDeployed(): Promise<boolean> {
  const labels = ["--filter", "label=wherry.app=shop", "--filter", `label=wherry.environment=${environment}`];
  const found = [await list("ps", "--all", ...labels), await list("network", "ls", ...labels)].flat();
  return found.length > 0 || exists(join(await stateFolder(), "apps", "shop", environment));
}

async function removeApp(): Promise<void> {
  await buildProgram();
  // The folder may be gone already: to remove the app, Wherry wants to see it.
  await prepareShop();
  await ensurePassword();
  title("wherry remove -e local --yes");
  await wherry("remove", "--yes");
  say();
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
  const [proxy] = await list("ps", "--all", "--filter", "label=wherry.role=proxy");
  if (proxy === undefined) return;
  await run(["docker", "rm", "--force", proxy]);
  say("removed the proxy: no other app uses it");
}

/** Wherry's own files on this machine, where no other app has any. */
async function removeState(): Promise<void> {
  const folder = await stateFolder();
  const apps = await readdir(join(folder, "apps"), { recursive: true, withFileTypes: true }).catch(() => []);
  if (apps.some((entry) => !entry.isDirectory())) return;
  for (const name of await readdir(folder).catch(() => []))
    await rm(join(folder, name), { recursive: true, force: true });
  // Not ours to remove where the folder above belongs to somebody else.
  await rmdir(folder).catch(() => {});
}

/** Where Wherry's scripts keep their files. */
async function stateFolder(): Promise<string> {
  const shared = "/var/lib/wherry";
  return isRoot() || (await isWritable(shared)) ? shared : join(homedir(), ".local", "state", "wherry");
}

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );

/** Names of what docker lists. */
async function list(...args: readonly ["image" | "network" | "ps", ...string[]]): Promise<readonly string[]> {
  const formats = { image: "{{.Repository}}:{{.Tag}}", network: "{{.Name}}", ps: "{{.Names}}" };
  const format = formats[args[0]];
  const text = await run(["docker", ...args, "--format", format]);
  return text.split("\n").filter((line) => line !== "");
}
