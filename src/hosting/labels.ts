import type { Label } from "./model.ts";

/** Labels of the work around deployments. One that is there under its name is left as it is, whatever its colour. */
export const labels: readonly Label[] = [
  { name: "incident", color: "b60205", description: "Users are hit: what went wrong in production" },
  { name: "hotfix", color: "d93f0b", description: "Has to reach production before everything else" },
  { name: "rollback", color: "fbca04", description: "A release was taken back: find out why" },
  { name: "security", color: "5319e7", description: "A weakness, or its repair" },
  { name: "operations", color: "0e8a16", description: "Servers, pipelines, secrets, copies of the data" },
];
