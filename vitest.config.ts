import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { memoryFolder } from "./test/helpers/memory-folder.ts";

// Starting a program copies the page tables of the process, and one process with all threads has large ones: tests start thousands of gits.
const shared = { environment: "node", pool: "forks", isolate: false } as const;
const slow = { testTimeout: 300_000, hookTimeout: 300_000 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts", "**/*.alone.test.ts"],
          testTimeout: 60_000,
          // They wait for git as much as they compute.
          maxWorkers: Math.max(2, availableParallelism()),
          env: { TMPDIR: memoryFolder() },
        },
      },
      {
        test: {
          ...shared,
          ...slow,
          name: "integration",
          include: ["test/**/*.integration.test.ts"],
          // They wait for servers as much as they compute.
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...shared,
          ...slow,
          name: "alone",
          // They send many requests, measure time or need a port for themselves: a neighbour would be seen as a fault.
          include: ["test/**/*.alone.test.ts"],
          fileParallelism: false,
        },
      },
    ],
  },
});
