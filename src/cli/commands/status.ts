import { certificateWarnings, readStatus } from "../../release/index.ts";
import type { ServerSummary, Status } from "../../release/index.ts";
import { command } from "../definition.ts";
import type { Screen } from "../definition.ts";
import { ago, table } from "../format/table.ts";
import { schemas } from "../schemas.ts";
import type { Style } from "../style.ts";

export const status = command({
  description: [
    "Says which release is live, and how each of its services is. The exit code is 6 when something that should run does not, or when the last backup failed or is too old.",
  ],
  needs: ["environment"],
  examples: [{ line: "status -e production", what: "how production is" }],
  schema: schemas.status,
  run: ({ environment, directory, server, stack }, ctx) => readStatus(ctx, { environment, directory, server, stack }),
  exitCode: (status) => ((status.stacks ?? [status]).some(needsAttention) ? "attention" : "done"),
  print: (status, screen) =>
    status.stacks === undefined
      ? printOne(status, screen)
      : status.stacks.flatMap((one, index) => [
          ...(index === 0 ? [] : [""]),
          screen.style.bold(`stack ${one.stack}`),
          ...printOne(one, screen),
        ]),
});

function needsAttention({ live, proxy, services, backup, servers = [] }: Status): boolean {
  const here = live !== null && (!proxy || services.some(({ healthy }) => healthy === false));
  const behind = servers.some((one) => one.error !== null || one.healthy === false);
  return here || behind || (backup?.problem ?? null) !== null;
}

function printOne(
  { environment, server, live, services, lock, proxy, canary, warm, certificates, backup, servers = [] }: Status,
  { style }: Screen,
): readonly string[] {
  const now = new Date();
  const rows = services.map(({ name, kind, slot, replicas, wanted, healthy, retries, since }) => {
    const health = { true: style.good("healthy"), false: style.bad("not healthy"), null: "no check" };
    const running = kind === "job" ? "" : `${replicas} of ${wanted}`;
    const state = kind === "job" ? "" : health[String(healthy) as keyof typeof health];
    return [
      `  ${name}`,
      kind,
      slot ?? "",
      running,
      state,
      retries === null || retries === 0 ? "" : style.warning(`${retries} requests sent again`),
      since === null ? "" : style.dim(`since ${ago(since, now)}`),
    ];
  });
  const commit = live?.commit == null ? "" : ` (commit ${live.commit.slice(0, 8)})`;
  return [
    live === null
      ? `nothing is deployed to ${environment} on ${server}`
      : `${style.bold(live.id)}${commit} is live in ${environment} on ${server}`,
    ...(proxy || live === null
      ? []
      : [style.bad("the proxy does not run: nothing is reachable (wherry server setup)")]),
    ...(canary === null
      ? []
      : [style.warning(`${canary.release} gets ${canary.share} % of the requests (wherry promote or wherry abort)`)]),
    ...(warm === null ? [] : [style.dim(`${warm.release} is kept warm: wherry rollback is one change in the proxy`)]),
    ...(backup === null ? [] : [backupLine(backup, now, style)]),
    ...certificateWarnings(certificates).map((text) => style.warning(text)),
    ...(rows.length === 0 ? [] : ["", ...table(rows)]),
    ...(servers.length === 0 ? [] : ["", ...table(servers.map((one) => serverRow(one, style)))]),
    ...(lock === null
      ? []
      : [
          "",
          style.warning(
            `${lock.who} (${lock.from}) runs ${lock.what} since ${lock.since}${lock.step === null ? "" : `, at ${lock.step}`}`,
          ),
        ]),
  ];
}

function backupLine(
  { last, lastGood, drill, scheduled, problem }: NonNullable<Status["backup"]>,
  now: Date,
  style: Style,
): string {
  const good = lastGood === null ? "there is no copy of the data" : `the data was copied ${ago(lastGood, now)}`;
  if (problem !== null) return style.bad(`${problem}; ${good}`);
  if (last === null) return style.warning(`${good} (wherry backup run, then wherry backup schedule)`);
  const drilled =
    drill === null
      ? "never restored for a trial (wherry backup drill)"
      : `last drill ${ago(drill.finished, now)}: ${drill.outcome}`;
  if (drill?.outcome === "failed") return style.bad(`${good}, ${drilled}`);
  const alone = scheduled === null ? style.warning(", not by itself (wherry backup schedule)") : "";
  return `${style.dim(`${good}, ${drilled}`)}${alone}`;
}

function serverRow({ server, live, healthy, error }: ServerSummary, style: Style): readonly string[] {
  if (error !== null) return [`  ${server}`, "", style.bad(error)];
  return [`  ${server}`, live ?? "nothing", healthy === false ? style.bad("not healthy") : style.good("healthy")];
}
