import { expect, test } from "vitest";
import { strategyOf } from "../../src/config/index.ts";
import { strategy } from "../../src/config/strategy.ts";

test("without a word it is blue-green, unwatched, and nothing is kept warm", () => {
  expect(strategyOf(undefined)).toMatchObject({ kind: "blue-green", watch: undefined, keepWarm: 0 });
});

test("one word chooses a strategy with its defaults", () => {
  expect(strategyOf("canary")).toMatchObject({
    kind: "canary",
    canary: { steps: [5, 25, 50], every: 120, manual: false, sticky: true },
    judge: { errors: 0.01, minRequests: 60, restarts: 0, onBreach: "rollback", onInconclusive: "pause" },
  });
  expect(strategyOf("rolling")).toMatchObject({ kind: "rolling", rolling: { atOnce: 1 } });
});

test("everything that can be written is taken over, in seconds and shares", () => {
  const raw = strategy.parse({
    canary: { steps: [50, 10], every: "30s", manual: true, sticky: false, match: { header: "X-Canary" } },
    watch: { for: "1m", errors: "2.5%", latency_p95: "500ms", min_requests: 10, restarts: 2, wait: "10s" },
    keep_warm: "10m",
  });

  expect(strategyOf(raw)).toMatchObject({
    kind: "canary",
    canary: {
      steps: [10, 50],
      every: 30,
      manual: true,
      sticky: false,
      match: { header: "X-Canary", cookie: undefined },
    },
    watch: { for: 60, errors: 0.025, latencyP95: 0.5, minRequests: 10, restarts: 2, wait: 10 },
    keepWarm: 600,
  });
});

test.each([
  [{ canary: {}, rolling: {} }, /not several/],
  [{ canary: { steps: [0] } }, /steps|Too small|>/],
  [{ canary: { match: { header: "X Canary" } } }, /letters, digits and dashes/],
  [{ watch: { errors: "many" } }, /1% or 0.5%/],
  [{ watch: { latency_p95: "500" } }, /500ms or 2s/],
])("%j is refused with what would be right", (raw, message) => {
  const parsed = strategy.safeParse(raw);

  expect(JSON.stringify(parsed.error?.issues)).toMatch(message);
});
