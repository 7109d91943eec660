import { relative } from "node:path";
import { ensureEngine } from "../engine/index.ts";
import { succeeds } from "../engine/run.ts";
import { ensureBaseImages } from "../standins/index.ts";
import { startTraffic } from "../traffic/index.ts";
import type { TrafficReport } from "../traffic/index.ts";
import { buildProgram, say, title, wherry } from "./run.ts";
import {
  commit,
  ensurePassword,
  hasPassword,
  host,
  prepareShop,
  root,
  setVersion,
  shopFolder,
  volume,
  writeLauncher,
} from "./shop.ts";
import { has, save, version } from "./visit.ts";

const product = { name: "Ship's compass", price: 8900 };

/** Deploys the shop here, changes it, goes back, and counts what visitors lost meanwhile. True: nothing. */
export async function up(): Promise<boolean> {
  await prepare();

  title("wherry deploy -e local: the first release");
  await wherry("deploy");
  say(`\nhttp://${host} answers with version ${await version()}.`);
  await save(product);
  say(`Saved a product in it: ${product.name}.`);

  const traffic = await startTraffic({ address: "127.0.0.1", port: 80, host, rate: 50, mix });
  title("wherry deploy -e local: version 1.0.1, while visitors send 50 requests a second");
  await setVersion("1.0.1");
  await commit("Harbour shop 1.0.1");
  await wherry("deploy");
  say(`\nhttp://${host} answers with version ${await version()}.`);

  title("wherry rollback -e local");
  await wherry("rollback");
  say(`\nhttp://${host} answers with version ${await version()}.`);

  const report = await traffic.stop();
  return conclude(report, await has(product));
}

async function prepare(): Promise<void> {
  title("prepare: Docker engine, base images, program, app");
  await ensureEngine(say);
  await ensureBaseImages(["node:24-slim", "nginx:1.28", "mongo:8", "haproxy:3.2"], say);
  await buildProgram();
  if (!(await hasPassword()) && (await succeeds(["docker", "volume", "inspect", volume]))) {
    throw new Error(
      `The volume ${volume} is from an earlier quickstart, and the password of its database is gone.\n` +
        "npm run quickstart -- --down removes it, with the products in it.",
    );
  }
  await prepareShop();
  await ensurePassword();
  await writeLauncher();
  say(`The app is in ${relative(root, shopFolder)}: a copy of examples/shop in a git repository of its own.`);
}

/** What visitors of the shop ask for. The last is refused by the back end, and so leaves no products behind. */
const mix = [
  { path: "/", weight: 3 },
  { path: "/api/version", weight: 3 },
  { path: "/api/products", weight: 3 },
  { method: "POST", path: "/api/products", body: {}, expect: [400, 400] as const, weight: 1 },
];

function conclude(report: TrafficReport, kept: boolean): boolean {
  const { sent, lost, failed, versions, errors } = report;
  title("result");
  say(`${sent} requests sent, ${lost} lost, ${failed} answered with an error.`);
  for (const { what, count } of errors) say(`  ${count} x ${what}`);
  say(`Versions seen: ${Object.keys(versions).join(", ")}.`);
  say(`${product.name}, saved before, is ${kept ? "still in the shop" : "GONE"}.`);
  say(`
The shop:       http://${host}
                Most browsers find names that end in .localhost on this machine by themselves. If yours does not:
                curl -H 'Host: ${host}' http://127.0.0.1/
                The proxy listens on port 80 of this machine, also for others in your network.
Look around:    cd ${relative(process.cwd(), shopFolder) || "."} && ../wherry status -e local
                (also: history, logs backend, plan, and deploy after a commit)
On a server:    docs/tutorial.md
Remove it all:  npm run quickstart -- --down`);
  return lost === 0 && failed === 0 && kept;
}
