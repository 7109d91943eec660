import * as z from "zod";
import { certificateWarnings, listCertificates } from "../../../release/index.ts";
import type { HostCertificate } from "../../../release/index.ts";
import { command } from "../../definition.ts";
import { table } from "../../format/table.ts";
import { toggle } from "../../parameters.ts";
import { schemas } from "../../schemas.ts";
import type { Style } from "../../style.ts";

export const certificates = command({
  description: [
    "Lists the hosts of an environment with their certificates: who issued them, when they end, and what went wrong where there is none. A certificate that ends in less than 20 days is pointed out; the exit code is 6 when one is over.",
    "The server renews them by itself, twice a day. After a failure it waits: an hour at first, then longer. --retry does not wait, --renew also asks for new ones that are not due, which counts against the limits of the authority.",
  ],
  flags: {
    retry: toggle("try again now what failed"),
    renew: toggle("ask for new certificates, due or not"),
  },
  needs: ["environment"],
  examples: [{ line: "proxy certificates -e production", what: "when they end" }],
  schema: z.strictObject({ environment: z.string(), server: z.string(), certificates: schemas.certificates }),
  run: ({ retry, renew, environment, directory, server, stack }, ctx) =>
    listCertificates(ctx, { environment, directory, server, stack, renew: renew ? "now" : retry ? "due" : "no" }),
  exitCode: ({ certificates: list }) =>
    list.some(({ daysLeft }) => daysLeft !== null && daysLeft < 0) ? "attention" : "done",
  print({ environment, server, certificates: list }, { style }) {
    if (list.length === 0) return [`${environment} has no certificates on ${server}: all of it is served by HTTP`];
    return [
      ...table(list.map((one) => row(one, style))),
      ...certificateWarnings(list).map((text) => style.warning(text)),
    ];
  },
});

function row({ host, source, issuer, notAfter, daysLeft }: HostCertificate, style: Style): readonly string[] {
  const end = notAfter === null ? style.bad("none") : `until ${notAfter.slice(0, 10)}`;
  const left = daysLeft === null ? "" : daysLeft < 0 ? style.bad("over") : `${daysLeft} days`;
  return [`  ${host}`, source === "own" ? "your own" : (issuer ?? ""), end, left];
}
