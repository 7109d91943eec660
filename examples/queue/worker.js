import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase, storeJob } from "./database.js";
import { openQueue } from "./queue.js";
import { version } from "./version.js";

const database = openDatabase();
const queue = await openQueue();
let stopping = false;

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    stopping = true;
    console.log(`${signal}: finishing the job in hand`);
  });
}

console.log("waiting for jobs");
while (!stopping) {
  try {
    await writeFile("/tmp/worker-alive", "");
    const taken = await queue.take(hostname());
    if (taken !== undefined) await work(taken);
  } catch (error) {
    // The job stays in the queue and is taken again later.
    console.error(error);
    await sleep(1000);
  }
}
await Promise.all([queue.close(), database.end()]);
console.log("stopped");

async function work(taken) {
  const { id, text, ms } = taken.job;
  await sleep(ms);
  const result = createHash("sha256").update(text).digest("hex");
  await storeJob(database, { id, text, result, version });
  await queue.done(taken);
  console.log(`finished ${id}`);
}
