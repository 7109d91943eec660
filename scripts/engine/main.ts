import { ensureEngine } from "./index.ts";

try {
  await ensureEngine((line) => console.log(line));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
