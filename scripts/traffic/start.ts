import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { check } from "./options.ts";
import type { TrafficOptions } from "./options.ts";
import type { TrafficReport } from "./report.ts";

export interface Traffic {
  /** How it went so far. */
  snapshot(): Promise<TrafficReport>;
  /** Starts nothing more, waits for what is in flight (10 s longer than `patience` at most), and says how it went. */
  stop(): Promise<TrafficReport>;
}

export type Order = "snapshot" | "stop";
export type Answer = "running" | { readonly report: TrafficReport };

/**
 * Lets traffic run until it is stopped; running when this returns, with sockets and streams open as far as the server takes them.
 * In a process of its own, so that the caller's work does not show as latency; it ends with the caller.
 */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  check(options);
  // No options of the caller's Node.js: a debugger's port would be taken.
  const child = fork(join(import.meta.dirname, "main.ts"), [], { execArgv: [] });
  const gone = once(child, "exit").then(([code]: (number | null)[]) => {
    throw new Error(`the traffic has ended by itself (exit ${code}): after half an hour, or after a bug`);
  });
  // Heard by those who wait for an answer.
  gone.catch(() => {});
  const answer = async (): Promise<Answer> =>
    Promise.race([once(child, "message").then(([message]) => message as Answer), gone]);

  async function ask(order: Order): Promise<TrafficReport> {
    child.channel?.ref();
    const reply = answer();
    child.send(order, () => {});
    const message = await reply;
    child.channel?.unref();
    if (order === "stop") child.disconnect();
    if (message === "running") throw new Error("an answer to no question");
    return message.report;
  }

  child.send(options, () => {});
  await answer();
  // Whoever forgets to stop it can end all the same.
  child.unref();
  child.channel?.unref();
  let last: Promise<unknown> = Promise.resolve();
  // One question at a time, so that each gets its own answer.
  const inTurn = (order: Order): Promise<TrafficReport> => {
    const report = last.then(() => ask(order));
    last = report.catch(() => {});
    return report;
  };
  return { snapshot: () => inTurn("snapshot"), stop: () => inTurn("stop") };
}
