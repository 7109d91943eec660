import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { checkPort } from "../../src/release/preflight.ts";
import look from "../../src/release/scripts/look.sh?raw";
import { parseState } from "../../src/release/state.ts";

describe("whether a server has IPv6", () => {
  const line = look.split("\n").find((one) => one.includes("/proc/net/if_inet6") && !one.startsWith("#")) ?? "";
  const says = (file: string): string =>
    spawnSync("sh", ["-c", `say() { echo "$*"; }; ${line.replace("/proc/net/if_inet6", file)}`], { encoding: "utf8" })
      .stdout;

  test("is in a file of the kernel, whose size is 0 whatever is in it", () => {
    expect(parseState(says("/proc/net/dev")).ipv6).toBe(true);
  });

  test.each(["/dev/null", "/nowhere"])("is not where %s takes its place", (file) => {
    expect(parseState(says(file)).ipv6).toBe(false);
  });
});

describe("what a server tells of its proxy", () => {
  const told = (...lines: readonly string[]): string => ["listening 80", ...lines].join("\n");
  const before = "proxy running\thaproxy:3.2\tone\t4\twherry-proxy-before-5";
  const next = "proxy running\thaproxy:3.2\ttwo\t5\twherry-proxy-5";

  test("the one that serves is known by its number, also where an upgrade ended before it had the name", () => {
    const state = parseState(told(before, next, "proxy-current 5"));
    expect(state.proxy).toMatchObject({ state: "running", config: "two" });
    expect(() => checkPort(state, "server")).not.toThrow();
  });

  test("one that has no number is known by its name", () => {
    expect(parseState(told("proxy exited\thaproxy:3.2\tone\t\twherry-proxy")).proxy).toMatchObject({ state: "exited" });
  });

  test("the port is its own for as long as one of ours runs, and else somebody's", () => {
    const gone = "proxy exited\thaproxy:3.2\ttwo\t5\twherry-proxy";
    expect(() => checkPort(parseState(told(before, gone, "proxy-current 5")), "server")).not.toThrow();
    expect(() => checkPort(parseState(told(gone, "proxy-current 5")), "server")).toThrow("something else listens");
    expect(() => checkPort(parseState(told()), "server")).toThrow("something else listens");
  });
});
