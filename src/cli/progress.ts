import { formatSeconds } from "../core/index.ts";
import type { ProgressEvent, Report } from "../core/index.ts";
import type { Style } from "./style.ts";

export interface Reporter {
  readonly report: Report;
  /** Takes away what is drawn; nothing is written after it. */
  close(): void;
}

interface Options {
  readonly stream: { write(text: string): unknown; readonly columns?: number };
  readonly style: Style;
  /** A terminal with a person before it: running steps are drawn and drawn again. Else every line is final. */
  readonly live: boolean;
  readonly verbose: boolean;
  /** Milliseconds that only go up. */
  readonly now: () => number;
}

interface Running {
  readonly title: string;
  readonly since: number;
  transfer?: string;
  /** When a plain log was last told that this goes on. */
  told: number;
}

// Both are looks: ten frames a second read as movement; a CI log that is silent for longer looks dead.
const frameMilliseconds = 100;
const reminderMilliseconds = 15_000;
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Turns what rooms report into lines for people, on standard error. */
export function createReporter({ stream, style, live, verbose, now }: Options): Reporter {
  const running = new Map<string, Running>();
  let drawn = 0;
  let frame = 0;
  let closed = false;
  const timer = setInterval(tick, live ? frameMilliseconds : 1000);
  timer.unref();

  function report(event: ProgressEvent): void {
    if (closed) return;
    switch (event.type) {
      case "step-started":
        running.set(event.id, { title: event.title, since: now(), told: now() });
        break;
      case "step-finished":
        running.delete(event.id);
        print(`${style.good(style.signs.done)} ${event.title} ${style.dim(formatSeconds(event.seconds))}`);
        break;
      case "step-failed":
        running.delete(event.id);
        print(`${style.bad(style.signs.failed)} ${event.title} ${style.dim(formatSeconds(event.seconds))}`);
        break;
      case "note":
        print(`${style.warning(style.signs.note)} ${event.text}`);
        break;
      case "text":
        print(event.text);
        break;
      case "line":
        if (verbose) print(style.dim(`  ${event.text}`));
        break;
      case "transfer":
        showTransfer(event);
        break;
    }
    draw();
  }

  function showTransfer({ title, done, total }: Extract<ProgressEvent, { type: "transfer" }>): void {
    const step = [...running.values()].at(-1);
    if (step !== undefined)
      step.transfer = `${title} ${formatBytes(done)} of ${formatBytes(total)} (${percent(done, total)} %)`;
  }

  function tick(): void {
    frame += 1;
    if (live) return draw();
    for (const step of running.values()) {
      if (now() - step.told < reminderMilliseconds) continue;
      step.told = now();
      print(`... ${describe(step)}`);
    }
  }

  function describe({ title, since, transfer }: Running): string {
    const detail = transfer === undefined ? "" : `: ${transfer}`;
    return `${title}${detail} ${style.dim(formatSeconds((now() - since) / 1000))}`;
  }

  /** A line that stays. */
  function print(line: string): void {
    stream.write(`${erase()}${line}\n`);
    drawn = 0;
  }

  function draw(): void {
    if (!live || closed) return;
    const sign = style.signs.done === "ok" ? "-" : (frames[frame % frames.length] ?? "-");
    const lines = [...running.values()].map((step) => cut(`${sign} ${describe(step)}`, width() - 1));
    if (lines.length > 0 || drawn > 0) stream.write(erase() + lines.map((line) => `${line}\n`).join(""));
    drawn = lines.length;
  }

  // A terminal that does not know its size says 0.
  function width(): number {
    const { columns = 0 } = stream;
    return columns > 0 ? columns : 80;
  }

  function erase(): string {
    return drawn === 0 ? "" : `\x1b[${drawn}A\x1b[J`;
  }

  return {
    report,
    close() {
      clearInterval(timer);
      stream.write(erase());
      drawn = 0;
      closed = true;
    },
  };
}

/** A line that the terminal breaks in two could not be erased again. Counts what is seen: escapes take no room. */
function cut(line: string, columns: number): string {
  let seen = 0;
  let result = "";
  // oxlint-disable-next-line no-control-regex -- escapes are what it is about
  for (const [part] of line.matchAll(/\x1b\[[0-9;]*m|./gu)) {
    if (part.startsWith("\x1b")) result += part;
    else if (seen < columns) {
      result += part;
      seen += 1;
    }
  }
  return result;
}

function percent(done: number, total: number): number {
  return total === 0 ? 100 : Math.floor((done / total) * 100);
}

/** `12.3 MB`, in powers of 1000 as `docker image ls` has it. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** power;
  return `${power === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}
