import { formatSeconds } from "../../core/index.ts";
import { readHistory } from "../../release/index.ts";
import { command } from "../definition.ts";
import { table } from "../format/table.ts";
import { optional, wholeNumber } from "../parameters.ts";
import { schemas } from "../schemas.ts";

export const history = command({
  description: [
    "Prints the ledger of an environment, newest first: every deployment that was begun, and what came of it.",
  ],
  flags: { last: optional("how many lines", { parse: wholeNumber, default: "20", placeholder: "NUMBER" }) },
  needs: ["environment"],
  examples: [{ line: "history -e production --last 5", what: "the last five deployments" }],
  schema: schemas.ledger,
  run: ({ last, environment, directory, server, stack }, ctx) =>
    readHistory(ctx, { last, environment, directory, server, stack }),
  print(lines, { style }) {
    if (lines.length === 0) return ["nothing was deployed here yet"];
    const rows = lines.map(({ started, finished, kind, release, commit, who, outcome, reason }) => {
      const seconds = (Date.parse(finished) - Date.parse(started)) / 1000;
      const good = outcome === "succeeded";
      return [
        started.slice(0, 16).replace("T", " "),
        style.bold(release),
        kind,
        commit?.slice(0, 8) ?? "",
        who.name,
        (good ? style.good : style.bad)(outcome.replaceAll("_", " ")),
        good ? style.dim(formatSeconds(seconds)) : (reason ?? ""),
      ];
    });
    return [style.dim("times are UTC"), ...table(rows)];
  },
});
