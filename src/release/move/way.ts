import { giveScript, takeScript } from "../../backup/index.ts";
import type { BackupSettings } from "../../config/index.ts";
import type { Report } from "../../core/index.ts";
import { phase, script } from "../../server/index.ts";
import type { Connection, Script } from "../../server/index.ts";
import { quote } from "../../system/index.ts";
import { preludeFor } from "../run.ts";
import type { Scope } from "../run.ts";
import giveStraight from "./scripts/give-straight.sh?raw";
import relay from "./scripts/relay.pl?raw";
import takeInScript from "./scripts/take-in.sh?raw";
import wayKey from "./scripts/way-key.sh?raw";
import wayLetIn from "./scripts/way-let-in.sh?raw";
import wayTry from "./scripts/way-try.sh?raw";

/**
 * How data gets from the old server to the new one: straight, over SSH with a key that is good for nothing else and goes with
 * the copy; or, where the old server does not reach the new one, through this machine, whose line is then the limit.
 */
export interface Ways {
  readonly from: Connection;
  readonly to: Connection;
  readonly scope: Scope;
  /** Of the new server; undefined: only ssh here knows it. */
  readonly address: string | undefined;
}

/**
 * Opens the straight way, where there is one. Close it with `closeWay`; a move that is killed leaves that to the servers.
 * @param streams how many will go over it
 */
export async function openWay(ways: Ways, streams: number, report: Report): Promise<boolean> {
  const closed = await whyClosed(ways, streams);
  if (closed === undefined) return true;
  await closeWay(ways);
  report({
    type: "note",
    text: `the data goes through this machine: ${ways.from.name} does not reach ${ways.to.name} by SSH (${closed})`,
  });
  return false;
}

async function whyClosed({ from, to, scope, address }: Ways, streams: number): Promise<string | undefined> {
  if (address === undefined) return "its address is not known: say --address";
  const key = await tell(from, scope, "way-key", script(wayKey));
  const [publicHalf] = key.told("way-key");
  if (publicHalf === undefined) return key.said;
  const letIn = await tell(to, scope, "way-let-in", script(wayLetIn, [publicHalf, String(streams)]));
  const [[user], [port], hostKeys] = [letIn.told("way-user"), letIn.told("way-port"), letIn.told("way-host-key")];
  if (user === undefined || port === undefined || hostKeys.length === 0) return letIn.said;
  const known = hostKeys.map((line) => `${line}\n`).join("");
  const tried = await tell(from, scope, "way-try", script(wayTry, [address, port, user, known]));
  return tried.told("way-open").length > 0 ? undefined : (tried.told("way-closed")[0] ?? tried.said);
}

/** On both servers nothing is left of it. */
export async function closeWay({ from, to, scope }: Pick<Ways, "from" | "to" | "scope">): Promise<void> {
  await Promise.all([from, to].map((one) => tell(one, scope, "way-close", script("way_close"))));
}

async function tell(connection: Connection, scope: Scope, id: string, step: Script) {
  const result = await connection.run(phase(preludeFor({ ...scope, deployment: "-" }), [{ id, script: step }]), {
    timeout: 30_000,
  });
  return {
    told: (word: string): readonly string[] =>
      [...result.stdout.matchAll(new RegExp(`^${word}(?: (.*))?$`, "gm"))].map(([, rest = ""]) => rest),
    said: result.stderr.trim().split("\n").at(-1) || "no program ssh there",
  };
}

/** As `giveScript`, over the straight way. @param stream its number, from 1 */
export function giveOverIt(stream: number, backup: BackupSettings | undefined, services: readonly string[]): Script {
  const { text, args } = giveScript(backup, services);
  return script(`give() {\n${text}\n}\n${giveStraight}`, [String(stream), ...args]);
}

/**
 * `takeScript`, which ends when whoever wants the data is gone.
 * @param stream number of one over the straight way, which tells `way-bytes COUNT` as well; undefined: from standard input
 */
export function takeIn(stream: number | undefined): Script {
  return script(`relay=${quote(relay)}\ntake() {\n${takeScript.text}\n}\n${takeInScript}`, [String(stream ?? "")]);
}
