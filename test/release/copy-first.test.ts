import { expect, test } from "vitest";
import type { Settings } from "../../src/config/index.ts";
import { suggestCopy } from "../../src/release/copy-first.ts";
import type { Step } from "../../src/release/steps.ts";

const change = (price: string): Step => ({ step: "change-base", release: "1", services: ["db"], price });

function notes(steps: readonly Step[], backup: { readonly beforeDeploy: boolean } | undefined): readonly string[] {
  const told: string[] = [];
  suggestCopy(steps, { backup, environment: "production" } as Settings, (event) => {
    if (event.type === "note") told.push(event.text);
  });
  return told;
}

test("a copy is suggested where data that is there is changed, and nobody has asked for one", () => {
  expect(notes([change("not reachable meanwhile")], undefined)[0]).toContain("wherry backup run");
  expect(notes([change("not reachable meanwhile")], { beforeDeploy: false })[0]).toContain("before_deploy: true");
  expect(notes([change("not reachable meanwhile")], { beforeDeploy: true })).toEqual([]);
  expect(notes([change("")], undefined)).toEqual([]);
});
