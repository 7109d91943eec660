import { createServer, Socket } from "node:net";
import type { AddressInfo } from "node:net";
import process from "node:process";

/**
 * A distance: passes TCP connections on, each byte half a round trip later, without a limit on how many.
 *
 *     node relay.ts 127.0.0.11 40 22 80 443
 *
 * Listens on one free port for each given one, prints them as a JSON array, and ends when its standard input does, so
 * that it never outlives who started it. A process of its own: a busy test would add pauses of its own.
 */
const [address = "", milliseconds = "", ...ports] = process.argv.slice(2);
const roundTrip = Number(milliseconds);

const listening = await Promise.all(ports.map((port) => relay(Number(port))));
process.stdout.write(`${JSON.stringify(listening)}\n`);
process.stdin.resume().on("end", () => process.exit(0));

function relay(port: number): Promise<number> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (near) => pass(near, port));
  return new Promise((resolve) => {
    server.listen(0, address, () => resolve((server.address() as AddressInfo).port));
  });
}

function pass(near: Socket, port: number): void {
  const far = new Socket({ allowHalfOpen: true });
  near.on("error", () => {});
  far.on("error", () => {});
  far.setNoDelay(true);
  const there = delayLine();
  const back = delayLine();
  // The handshake: the client may send after a whole round trip, the server hears of it half a one later.
  there(1.5 * roundTrip, () => void far.connect(port, address));
  setTimeout(() => forward(near, far, there), roundTrip);
  forward(far, near, back);
}

type DelayLine = (delay: number, act: () => void) => void;

/** Does things so many milliseconds later, in the order in which they were put in. */
function delayLine(): DelayLine {
  let last = Promise.resolve();
  return (delay, act) => {
    const due = performance.now() + delay;
    last = waitAndAct(last, due, act);
  };
}

async function waitAndAct(before: Promise<void>, due: number, act: () => void): Promise<void> {
  await before;
  const wait = due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  act();
}

function forward(from: Socket, to: Socket, line: DelayLine): void {
  const later = (act: () => void): void => line(roundTrip / 2, act);
  from.on("data", (chunk) => {
    later(() => {
      if (to.destroyed || to.write(chunk) || from.isPaused()) return;
      // The receiver is slower than the sender: let the sender's window close instead of keeping it all here.
      from.pause();
      to.once("drain", () => from.resume());
    });
  });
  from.on("end", () => later(() => to.end()));
  from.on("close", (broken) => {
    if (broken) later(() => (to.pending ? to.destroy() : to.resetAndDestroy()));
  });
  from.resume();
}
