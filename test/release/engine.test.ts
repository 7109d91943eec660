import { expect, test } from "vitest";
import type { ResolvedService } from "../../src/compose/project.ts";
import { checkEngine } from "../../src/release/preflight.ts";
import { resolved } from "../compose/helpers.ts";
import { serverWith } from "./helpers.ts";

/** What a deployment of one service says that uses this, on a server with this engine. */
function said(web: ResolvedService, version: string): string {
  const state = serverWith(undefined, { engine: { version, os: "linux", architecture: "amd64" } });
  try {
    checkEngine({ resolved: resolved({ services: { web } }) }, state, "deploy@192.0.2.1");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const slow: ResolvedService = { healthcheck: { test: ["CMD", "true"], start_interval: "1s" } };
const image: ResolvedService = { volumes: [{ type: "image", source: "assets", target: "/assets" }] };
const named: ResolvedService = { networks: { default: { interface_name: "eth7" } } };

test("what an older engine would refuse in the middle of a deployment is refused before", () => {
  expect(said(slow, "20.10.24+dfsg1")).toBe(
    "deploy@192.0.2.1 has Docker 20.10.24+dfsg1; services.web.healthcheck.start_interval needs 25.0 or newer",
  );
  expect(said(image, "27.5.1")).toContain("services.web.volumes: type image needs 28.0");
  expect(said(named, "28.0.4")).toContain("services.web.networks: interface_name needs 28.1");
});

test.each([
  [slow, "25.0.0"],
  [slow, "29.1.3"],
  [image, "28.0.0"],
  [named, "28.1.0"],
  [{ healthcheck: { test: ["CMD", "true"] }, volumes: [{ type: "volume", target: "/data" }] }, "20.10.24"],
  // An engine that somebody built.
  [slow, "library-import"],
])("%j is none of its business with the engine %s", (service, version) => {
  expect(said(service, version)).toBe("");
});
