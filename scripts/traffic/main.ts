/** The process that `startTraffic` starts. It gets its options and its orders by messages, and ends with whom it was started by. */
import { keepOpen } from "./links.ts";
import { startRequests } from "./requests.ts";
import { openTally } from "./report.ts";
import { openSocket } from "./sockets.ts";
import { openStream } from "./streams.ts";
import type { Answer, Order } from "./start.ts";
import type { TrafficOptions } from "./options.ts";

/** Milliseconds. Nothing here needs as long: whoever started it hangs. */
const longest = 30 * 60_000;

/** Milliseconds on top of what a request may take, until `stop` waits no longer. */
const stopMargin = 10_000;

const tell = (answer: Answer): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) throw new Error("to be started by startTraffic()");
    process.send(answer, () => resolve());
  });

process.on("disconnect", () => process.exit());
process.once("message", (options: TrafficOptions) => void run(options));
setTimeout(() => process.exit(2), longest).unref();

async function run(options: TrafficOptions): Promise<void> {
  const tally = openTally();
  const sockets = keepOpen("sockets", options.sockets, tally, (path, onMessage) =>
    openSocket(options, path, onMessage),
  );
  const streams = keepOpen("streams", options.streams, tally, (path, onMessage) =>
    openStream(options, path, onMessage),
  );
  await Promise.all([sockets.firstTried, streams.firstTried]);
  const requests = startRequests(options, tally);

  process.on("message", (order: Order) => {
    if (order === "snapshot") void tell({ report: tally.report() });
    else void stop();
  });
  await tell("running");

  async function stop(): Promise<void> {
    setTimeout(() => process.exit(3), (options.patience ?? 30) * 1000 + stopMargin).unref();
    await requests.stop();
    await Promise.all([sockets.stop(), streams.stop()]);
    // Who asked disconnects when it has read this. An exit here might be seen before the answer is.
    await tell({ report: tally.report() });
  }
}
