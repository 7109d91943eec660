// For Docker's own health check: node healthcheck.js api|worker
import { stat } from "node:fs/promises";

const checks = {
  api: async () => (await fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/healthz`)).ok,
  // The worker writes it before each job, and a job takes 30 s at most.
  worker: async () => Date.now() - (await stat("/tmp/worker-alive")).mtimeMs < 40_000,
};

const ok = await checks[process.argv[2]]().catch(() => false);
process.exitCode = ok ? 0 : 1;
