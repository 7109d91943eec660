import { followLogs } from "../../release/index.ts";
import { command } from "../definition.ts";
import { optional, toggle, wholeNumber } from "../parameters.ts";

export const logs = command({
  description: [
    "Prints the logs of the live release and of the services that stay from release to release. With -f it goes on, also into the next release.",
  ],
  args: { service: optional("service whose logs are wanted; all if left out") },
  flags: {
    follow: toggle("go on as new lines come", { short: "f" }),
    lines: optional("lines of each container to begin with", {
      parse: wholeNumber,
      default: "100",
      placeholder: "NUMBER",
      short: "n",
    }),
    release: optional("logs of another release, as long as its containers are there", { placeholder: "RELEASE" }),
  },
  needs: ["environment"],
  streams: true,
  examples: [
    { line: "logs -f backend -e production", what: "follow one service" },
    { line: "logs -n 20 -e production", what: "the last lines of all" },
  ],
  run: ({ service, follow, lines, release, environment, directory, server, stack }, ctx) =>
    followLogs(ctx, { service, follow, lines, release, environment, directory, server, stack }),
  exitCode: (code) => code,
});
