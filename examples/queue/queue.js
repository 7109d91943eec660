import { createClient } from "redis";

const stream = "jobs";
const group = "workers";
const finished = "finished";
const day = 86_400;
/** A job that nobody has finished by then belonged to a worker that died: longer than any job takes. */
const abandonedAfter = 45_000;

/** A queue in Redis: a stream that the workers read as one group, so that each job goes to one of them and none is lost. */
export async function openQueue(url = process.env.REDIS_URL ?? "redis://localhost:6379") {
  const client = await createClient({ url, disableOfflineQueue: true })
    .on("error", (error) => console.error(`redis: ${error.message}`))
    .connect();
  await client.xGroupCreate(stream, group, "0", { MKSTREAM: true }).catch((error) => {
    if (!error.message.startsWith("BUSYGROUP")) throw error;
  });

  return {
    ping: () => client.ping(),

    async add(job) {
      await client.multi().set(`job:${job.id}`, "queued", { EX: day }).xAdd(stream, "*", { job: JSON.stringify(job) }).exec();
    },

    isQueued: async (id) => (await client.exists(`job:${id}`)) === 1,

    /** The next job for this worker, or undefined when none came within a second. */
    async take(worker) {
      const abandoned = await client.xAutoClaim(stream, group, worker, abandonedAfter, "0-0", { COUNT: 1 });
      const found = abandoned.messages.find((message) => message !== null) ?? (await next(worker));
      return found && { job: JSON.parse(found.message.job), entry: found.id };
    },

    /** Takes a finished job off the queue, and tells those who listen. */
    async done({ job, entry }) {
      await client.multi().xAck(stream, group, entry).xDel(stream, entry).publish(finished, JSON.stringify({ id: job.id })).exec();
    },

    /** Calls back with each finished job. On a connection of its own: Redis wants it so. */
    async listen(onFinished) {
      const listener = await client.duplicate().on("error", () => {}).connect();
      await listener.subscribe(finished, (message) => onFinished(JSON.parse(message)));
      return () => listener.destroy();
    },

    close: () => client.close(),
  };

  async function next(worker) {
    const streams = await client.xReadGroup(group, worker, { key: stream, id: ">" }, { COUNT: 1, BLOCK: 1000 });
    return streams?.[0]?.messages[0];
  }
}
