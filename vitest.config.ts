import { defineConfig } from "vitest/config";

const shared = { environment: "node", pool: "threads", isolate: false } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...shared,
          name: "integration",
          include: ["test/**/*.integration.test.ts"],
          // They share one Docker engine and two processor cores: side by side they would only time out.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
