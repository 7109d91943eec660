import { expect, test } from "vitest";
import { createContext } from "../../src/system/index.ts";

/** Says its process group, and needs 3 s to note what it did once it is told to end. */
const notes = `
trap 'echo told; told=yes' INT TERM
ps -o pgid= -p $$ | tr -d ' '
while [ "$told" != yes ]; do sleep 0.05; done
sleep 3
echo noted
`;

test.each([
  ["that is patient is told once, and ends by itself", true, "noted"],
  ["is killed after 2 s otherwise", false, "told"],
])("a process %s when the command is interrupted", async (_, patient, last) => {
  const controller = new AbortController();
  const ctx = createContext({ env: process.env, signal: controller.signal });
  let group = "";
  const { stdout } = await ctx.processes.run(["bash", "-c", notes], {
    patient,
    onStdoutLine: (line) => {
      group ||= line;
      controller.abort();
    },
  });
  const lines = stdout.trim().split("\n");
  expect(lines.at(-1)).toBe(last);
  expect(lines.filter((line) => line === "told")).toHaveLength(1);
  const own = (await createContext({}).processes.run(["ps", "-o", "pgid=", "-p", String(process.pid)])).stdout.trim();
  expect(group === own).toBe(!patient);
});
