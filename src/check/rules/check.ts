import type { Rule } from "../model.ts";

/** Rules about the check itself. What they find is put together in `check.ts`. */
export const ownRules: Readonly<Record<"unreadable" | "reasonless" | "unused" | "strange" | "refused", Rule>> = {
  unreadable: {
    id: "WHY001",
    severity: "error",
    title: "A file cannot be read",
    why: "Where the YAML is broken, nothing can be said of the rest of the file, and docker compose refuses it.",
    remedy: "correct the line; most often it is the indentation, a tab, a missing quote or a key that is there twice",
    check: () => [],
  },
  reasonless: {
    id: "WHY002",
    severity: "warning",
    title: "A suppression has no reason",
    why: "Whoever reads it in a year cannot tell whether it still holds. Without a reason it suppresses nothing.",
    remedy: "say why: # wherry-ignore WHY204: only reachable through the VPN",
    check: () => [],
  },
  unused: {
    id: "WHY003",
    severity: "warning",
    title: "A suppression suppresses nothing",
    why: "It would hide the problem when it comes back.",
    remedy: "take it out",
    check: () => [],
  },
  strange: {
    id: "WHY004",
    severity: "warning",
    title: "A suppression names no rule that is there",
    why: "It does nothing, and looks as if it did.",
    remedy: "name a rule of the list in the manual",
    check: () => [],
  },
  refused: {
    id: "WHY005",
    severity: "error",
    title: "docker compose refuses the files",
    why: "docker compose has the last word on what a compose file means. What it refuses cannot be deployed.",
    remedy: "correct what it names",
    check: () => [],
  },
};
