import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fillIn } from "../scripts/generated-part.ts";

const page = resolve(import.meta.dirname, "../docs/benchmarks.md");

/** Prints the result and, with `--write`, puts it into its part of the manual. */
export function publish(script: "bench:cli" | "bench:deploy" | "bench:proxy", text: string): void {
  console.log(`\n${text}`);
  if (!process.argv.includes("--write")) return;
  writeFileSync(page, fillIn(readFileSync(page, "utf8"), text, `npm run ${script} -- --write`));
}
