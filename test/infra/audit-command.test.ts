import { expect, test } from "vitest";
import { audit } from "../../src/cli/commands/server/audit.ts";

test("SARIF and JSON are two formats of one output", async () => {
  const input = { sarif: true, json: true, failOn: "error" };
  await expect(audit.run(input as never, {} as never)).rejects.toMatchObject({ exit: "usage", code: "two-formats" });
});
