import { isRefName } from "../../../config/index.ts";
import { optional, toggle } from "../../parameters.ts";

/** Which branch production comes from. */
export const releaseBranch = optional("branch that production comes from; main or master if left out", {
  parse: branchName,
  placeholder: "BRANCH",
});

/** Said on purpose, each time. */
export const allowRollback = toggle("let an earlier version go in place of a later one");

/** It stands in workflows, so it is kept to letters that mean nothing there. */
export function branchName(text: string): string {
  if (!isRefName(text) || !/^[\w./-]+$/.test(text)) throw new Error("a branch, of letters, digits and . _ / -");
  return text;
}

/** What a workflow hands over for something that is not there is an empty word. */
export function orNothing(text: string): string | undefined {
  return text === "" ? undefined : text;
}
