import { defineConfig } from "vitest/config";

const shared = { environment: "node", pool: "threads", isolate: false } as const;
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
          testTimeout: 30_000,
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
          // They count lost requests, measure time or need a port for themselves: a neighbour would be seen as a fault.
          include: ["test/**/*.alone.test.ts"],
          fileParallelism: false,
        },
      },
    ],
  },
});
