import { describe, expect, test, vi } from "vitest";
import { createReporter, formatBytes } from "../../src/cli/progress.ts";
import { createStyle, looksFor } from "../../src/cli/style.ts";
import type { ProgressEvent } from "../../src/core/index.ts";

const story: readonly ProgressEvent[] = [
  { type: "step-started", id: "build", title: "build 2 images" },
  { type: "line", text: "#1 building" },
  { type: "step-finished", id: "build", title: "build 2 images", seconds: 3.21 },
  { type: "note", text: "mongo is changed in place" },
  { type: "step-started", id: "ship", title: "ship images" },
  { type: "transfer", title: "api", done: 12_300_000, total: 80_000_000 },
  { type: "step-failed", id: "ship", title: "ship images", seconds: 130 },
];

function tell({
  live,
  verbose = false,
  events = story,
}: {
  readonly live: boolean;
  readonly verbose?: boolean;
  readonly events?: readonly ProgressEvent[];
}): string {
  let written = "";
  const stream = { write: (text: string) => void (written += text), columns: 40 };
  const reporter = createReporter({
    stream,
    style: createStyle({ colour: false, unicode: live }),
    live,
    verbose,
    now: () => 0,
  });
  for (const event of events) reporter.report(event);
  reporter.close();
  return written;
}

/** What a terminal shows in the end: understands only the one way in which lines are erased. */
function seen(written: string): string {
  const lines = [""];
  for (const part of written.split(/(\x1b\[\d+A\x1b\[J|\n)/)) {
    const up = /^\x1b\[(\d+)A/.exec(part);
    if (up !== null) lines.splice(-1 - Number(up[1]), Infinity, "");
    else if (part === "\n") lines.push("");
    else lines[lines.length - 1] += part;
  }
  return lines.join("\n");
}

describe("progress", () => {
  test("is plain lines where nobody watches", () => {
    expect(tell({ live: false })).toBe(
      "ok build 2 images 3.2 s\nnote: mongo is changed in place\nFAILED ship images 2 m 10 s\n",
    );
    expect(tell({ live: false, verbose: true })).toContain("\n  #1 building\n".slice(1));
  });

  test("leaves the same story on a terminal once all is done", () => {
    expect(seen(tell({ live: true }))).toBe(
      "✓ build 2 images 3.2 s\n! mongo is changed in place\n✗ ship images 2 m 10 s\n",
    );
  });

  test("shows on a terminal what runs, in lines that fit", () => {
    const running = tell({
      live: true,
      events: [
        ...story.slice(4, 6),
        { type: "step-started", id: "long", title: "a step with a title much longer than the screen is wide" },
      ],
    });

    expect(running).toContain("⠋ ship images: api 12.3 MB of 80.0 MB (");
    expect(Math.max(...running.split("\n").map((line) => line.replaceAll(/\x1b\[\d*[AJ]/g, "").length))).toBeLessThan(
      40,
    );
    expect(seen(running)).toBe("");
  });

  test("reminds a silent log that a long step goes on", () => {
    vi.useFakeTimers();
    try {
      let written = "";
      let now = 0;
      const stream = { write: (text: string) => void (written += text) };
      const reporter = createReporter({
        stream,
        style: createStyle({ colour: false, unicode: false }),
        live: false,
        verbose: false,
        now: () => now,
      });
      reporter.report({ type: "step-started", id: "build", title: "build" });
      now = 20_000;
      vi.advanceTimersByTime(1000);
      vi.advanceTimersByTime(1000);
      reporter.close();

      expect(written).toBe("... build 20 s\n");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("looks", () => {
  const terminal = { isTTY: true };
  const env = { LANG: "C.UTF-8" };

  test.each([
    ["a terminal", { env, stream: terminal, noColor: false }, { live: true, colour: true, unicode: true }],
    [
      "a terminal that knows ASCII alone",
      { env: {}, stream: terminal, noColor: false },
      { live: true, colour: true, unicode: false },
    ],
    [
      "NO_COLOR",
      { env: { ...env, NO_COLOR: "1" }, stream: terminal, noColor: false },
      { live: true, colour: false, unicode: true },
    ],
    ["--no-color", { env, stream: terminal, noColor: true }, { live: true, colour: false, unicode: true }],
    [
      "CI",
      { env: { ...env, CI: "true" }, stream: terminal, noColor: false },
      { live: false, colour: false, unicode: false },
    ],
    [
      "a dumb terminal",
      { env: { ...env, TERM: "dumb" }, stream: terminal, noColor: false },
      { live: false, colour: false, unicode: false },
    ],
    ["a file", { env, stream: {}, noColor: false }, { live: false, colour: false, unicode: false }],
  ])("suit %s", (_name, reader, looks) => {
    expect(looksFor(reader)).toEqual(looks);
  });

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [12_345_678, "12.3 MB"],
    [250e9, "250 GB"],
    [5e15, "5000 TB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
