// The release job: behaviour.txt `job-fails` makes it fail.
import { readFileSync } from "node:fs";

if (readFileSync(new URL("behaviour.txt", import.meta.url), "utf8").trim() === "job-fails") {
  console.error("migration 7 failed: column exists");
  process.exit(9);
}
console.log("migrated");
