import { refusedError, usageError, WherryError } from "../../core/index.ts";
import type { Report } from "../../core/index.ts";
import type { LoadOptions, ServerAddress } from "../../config/index.ts";
import { withConnection } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import { timedStep } from "../../system/index.ts";
import type { Context } from "../../system/index.ts";
import type { Answer, AnswerLine } from "./answer.ts";
import { auditServer, judge, lookAt, serversOf } from "./audit.ts";
import type { ServerAudit } from "./audit.ts";
import { controls } from "./controls/index.ts";
import { runProgram } from "./run-program.ts";
import { asksForOptional, chosen, undoOrder } from "./choose.ts";
import type { Choice } from "./choose.ts";

/** What will be done on one server, and what it was decided from. */
export interface ServerPlan {
  readonly address: ServerAddress;
  readonly server: string;
  readonly before: ServerAudit;
  readonly changes: readonly PlannedChange[];
  /** What fails and only a person can change. */
  readonly byHand: readonly { readonly id: string; readonly message: string; readonly remedy: string }[];
}

export interface PlannedChange {
  readonly id: string;
  readonly title: string;
  readonly fix: string;
  /** What was found. */
  readonly found: string;
  readonly guarded: boolean;
}

export interface HardenPlan {
  readonly environment: string;
  readonly choice: Choice;
  readonly servers: readonly ServerPlan[];
}

export interface Hardened {
  readonly server: string;
  readonly scoreBefore: number | null;
  readonly scoreAfter: number | null;
  readonly results: readonly HardenResult[];
  /** Was a new login tried, and did it work? */
  readonly login: "proven" | "refused" | "not-needed";
  readonly failure: WherryError | undefined;
}

export interface HardenResult {
  readonly id: string;
  /** `reverting`: the server takes it back by itself, which nobody has seen yet. */
  readonly outcome: "changed" | "same" | "failed" | "by-hand" | "reverted" | "reverting";
  readonly message: string;
}

/** Looks, and says what would be done. Changes nothing. */
export async function planHardening(ctx: Context, options: LoadOptions, choice: Choice): Promise<HardenPlan> {
  const { environment, addresses } = await serversOf(ctx, options);
  const servers: ServerPlan[] = [];
  for (const address of addresses) {
    if (address.kind === "local") {
      throw usageError(
        "local-server",
        "harden is for servers that are reached by SSH; this machine is yours to look after",
        {
          hint: "wherry server audit looks at it",
        },
      );
    }
    servers.push(await withConnection(ctx, address, (connection) => planServer(connection, address, choice)));
  }
  return { environment, choice, servers };
}

async function planServer(connection: Connection, address: ServerAddress, choice: Choice): Promise<ServerPlan> {
  const answer = await lookAt(connection, lookingAt(choice));
  if (answer.facts.has("armed")) throw underWay(connection, answer);
  const before = judge(connection.name, answer);
  checkUsable(before, address.kind === "ssh" ? address.user : undefined);
  const wanted = new Set(chosen(choice));
  const failing = controls.flatMap((control) => {
    const result = before.results.find(({ id }) => id === control.id);
    return result?.status === "fail" && wanted.has(control.id) ? [{ control, found: result.message }] : [];
  });
  return {
    address,
    server: connection.name,
    before,
    changes: failing.flatMap(({ control: { id, title, fix, guarded }, found }) =>
      fix === undefined ? [] : [{ id, title, fix, found, guarded: guarded === true }],
    ),
    byHand: failing.flatMap(({ control: { id, fix, remedy }, found }) =>
      fix === undefined ? [{ id, message: found, remedy: remedy ?? "" }] : [],
    ),
  };
}

/** The same before and after, or the scores could not be compared; and as an audit looks, unless something optional is asked for. */
function lookingAt(choice: Choice): { readonly allow: readonly string[]; readonly optional: boolean } {
  return { allow: choice.allow, optional: asksForOptional(choice) };
}

export function rootHint(user = "USER"): string {
  return `log in as root@, or let the deploy user use sudo, as root on the server: echo '${user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/${user}; chmod 440 /etc/sudoers.d/${user}`;
}

export function checkUsable({ server, system, results }: ServerAudit, user = "USER"): void {
  if (system === null) {
    throw refusedError("not-root", `${server}: hardening needs root, or sudo without a password`, {
      hint: rootHint(user),
    });
  }
  if (!/^(debian|ubuntu) /.test(system)) {
    throw refusedError("unknown-system", `${server} runs ${system}; only Debian and Ubuntu can be hardened by Wherry`);
  }
  const valid = results.find(({ id }) => id === "ssh-valid");
  if (valid?.status === "fail") {
    throw refusedError("ssh-broken", `${server}: ${valid.message}`, { hint: valid.remedy ?? "repair sshd first" });
  }
}

/**
 * Does what the plan says. What could lock people out is done under a timer on the server, which takes it back by itself;
 * it is stopped over a new login alone.
 */
export async function performHardening(
  ctx: Context,
  plan: HardenPlan,
  { revertAfter, report }: { readonly revertAfter: number; readonly report: Report },
): Promise<readonly Hardened[]> {
  const done: Hardened[] = [];
  for (const server of plan.servers) {
    const result = await withConnection(ctx, server.address, (connection) =>
      hardenServer(ctx, connection, { server, choice: plan.choice, revertAfter, report }),
    );
    done.push(result);
    // The next server may have the same trouble.
    if (result.failure !== undefined) break;
  }
  return done;
}

interface Work {
  readonly server: ServerPlan;
  readonly choice: Choice;
  readonly revertAfter: number;
  readonly report: Report;
}

export async function hardenServer(ctx: Context, connection: Connection, work: Work): Promise<Hardened> {
  const { server, choice, revertAfter, report } = work;
  const call = lookingAt(choice);
  const step = <T>(id: string, title: string, work: () => Promise<T>): Promise<T> =>
    timedStep(ctx, report, { id, title }, work);
  const plain = server.changes.filter(({ guarded }) => !guarded).map(({ id }) => id);
  const guarded = server.changes.filter((change) => change.guarded).map(({ id }) => id);
  const results: HardenResult[] = server.byHand.map(({ id, message }) => ({ id, outcome: "by-hand", message }));
  let login = "not-needed" as Hardened["login"];
  let failure = undefined as WherryError | undefined;
  const prove = async (answer: Answer): Promise<void> => {
    if (isArmed(answer)) {
      failure = await step("login", "prove that a new login works", () => proveLogin(ctx, server.address));
      login = failure === undefined ? "proven" : "refused";
    }
    const changed = resultsOf(answer, guarded);
    results.push(
      ...(failure === undefined ? changed : takenBack(changed, await hurry(connection, revertAfter, report))),
    );
  };
  /** What was done before somebody else came stays told. */
  const unlessLocked = async (work: Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof WherryError) || error.exit !== "locked") throw error;
      failure = error;
      return undefined;
    }
  };

  if (plain.length > 0) {
    const answer = await unlessLocked(
      step("fix", `change ${settings(plain.length)} of ${server.server}`, async () =>
        checked(connection, await runProgram(connection, { ...call, mode: "fix", arguments: plain })),
      ),
    );
    if (answer !== undefined) results.push(...resultsOf(answer, plain));
  }
  if (guarded.length > 0 && failure === undefined) {
    const words = [String(revertAfter), ...guarded];
    const answer = await unlessLocked(
      step(
        "guarded",
        `change ${settings(guarded.length)} that could lock you out; taken back in ${revertAfter} s unless proven`,
        async () => checked(connection, await runProgram(connection, { ...call, mode: "guarded", arguments: words })),
      ),
    );
    if (answer !== undefined) await prove(answer);
  }
  failure ??= failureOf(server.server, results);
  const after =
    results.some(({ outcome }) => outcome === "changed") && login !== "refused"
      ? await auditServer(connection, call)
      : server.before;
  return {
    server: server.server,
    scoreBefore: server.before.score,
    scoreAfter: after.score,
    results: judgedAnew(results, after),
    login,
    failure,
  };
}

/** What was left to people may be settled by what was changed, as a port is that the firewall closes now. */
function judgedAnew(results: readonly HardenResult[], after: Pick<ServerAudit, "results">): readonly HardenResult[] {
  return results.map((result): HardenResult => {
    const now = after.results.find(({ id }) => id === result.id);
    if (result.outcome !== "by-hand" || now === undefined || now.status === "unknown") return result;
    return { ...result, outcome: now.status === "fail" ? "by-hand" : "same", message: now.message };
  });
}

/** Somebody else may have done it meanwhile: then nothing was changed, and there is nothing to prove. */
export function isArmed({ facts }: Pick<Answer, "facts">): boolean {
  return !facts.has("nothing-to-arm");
}

function settings(count: number): string {
  return count === 1 ? "1 setting" : `${count} settings`;
}

function underWay({ name }: Pick<Connection, "name">, { facts }: Answer): WherryError {
  return new WherryError("locked", "hardening-under-way", `somebody else hardens ${name} at this moment`, {
    hint: facts.has("armed")
      ? "what they changed is taken back within minutes unless their new login works: try again then"
      : "try again in a minute",
  });
}

function checked({ name }: Connection, answer: Answer): Answer {
  const { facts } = answer;
  if (facts.has("busy") || facts.has("armed")) throw underWay({ name }, answer);
  if (facts.has("not-root")) throw refusedError("not-root", `${name}: sudo does not work any more`);
  if (facts.has("not-armed")) {
    throw refusedError(
      "not-armed",
      `${name}: systemd does not run the timer that would take changes back, so nothing was changed that could lock you out`,
    );
  }
  return answer;
}

/** Over a connection of its own, down to root: what is proven is login and sudo. */
async function proveLogin(ctx: Context, address: ServerAddress): Promise<WherryError | undefined> {
  try {
    const { facts } = await withConnection(ctx, address, (fresh) => runProgram(fresh, { mode: "disarm" }));
    if (facts.has("disarmed")) return undefined;
    const message = facts.has("not-root")
      ? "sudo does not work any more"
      : "it took too long, and the server has taken the changes back";
    return new WherryError("failed", "login-not-proven", message, { hint });
  } catch (error) {
    if (!(error instanceof WherryError) || error.exit === "interrupted") throw error;
    return new WherryError("failed", "login-not-proven", `a new login does not work: ${error.message}`, {
      context: error.context,
      hint,
      cause: error,
    });
  }
}

const hint = "the changes are taken back; leave out what stands in your way: wherry server harden --skip ID";

/** The timer would do it as well; but nobody should have to wait for it. Undefined: the server was not reached. */
async function hurry(connection: Connection, revertAfter: number, report: Report): Promise<Answer | undefined> {
  try {
    return await runProgram(connection, { mode: "revert" });
  } catch (error) {
    if (!(error instanceof WherryError)) throw error;
    report({ type: "note", text: `${connection.name} takes the changes back by itself within ${revertAfter} s` });
    return undefined;
  }
}

/**
 * What became of changes after the server was told to take them back.
 * @param answer undefined: it was not reached
 */
export function takenBack(
  results: readonly HardenResult[],
  answer: Pick<Answer, "lines"> | undefined,
): readonly HardenResult[] {
  return results.map((result): HardenResult => {
    if (result.outcome !== "changed") return result;
    if (answer === undefined) return { ...result, outcome: "reverting" };
    // Nothing is told of what the timer took back before.
    const failed = answer.lines.find(({ id, word }) => id === result.id && word === "failed");
    return failed === undefined
      ? { ...result, outcome: "reverted" }
      : { ...result, outcome: "failed", message: failed.message };
  });
}

/** What the user's shell says by itself is no control; one of which nothing was told was not set, as far as anybody knows. */
export function resultsOf({ lines }: Pick<Answer, "lines">, asked: readonly string[]): readonly HardenResult[] {
  const silent = asked.filter((id) => lines.every((line) => line.id !== id));
  const message = "the server said nothing of it; its output was cut off";
  const told = lines.filter(({ id }) => asked.includes(id));
  return [...told.map(resultOf), ...silent.map((id): HardenResult => ({ id, outcome: "failed", message }))];
}

function resultOf({ id, word, message }: AnswerLine): HardenResult {
  if (word === "changed" || word === "by-hand") return { id, outcome: word, message };
  return { id, outcome: word === "failed" ? "failed" : "same", message };
}

function failureOf(server: string, results: readonly HardenResult[]): WherryError | undefined {
  const failed = results.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return undefined;
  return new WherryError(
    "attention",
    "not-hardened",
    `${server}: ${failed.map(({ id }) => id).join(", ")} could not be set`,
    {
      context: failed.map(({ id, message }) => `${id}: ${message}`),
      hint: "everything else is done; wherry server harden goes on from there",
    },
  );
}

/** Brings back what was there before a control was first applied. */
export async function undoHardening(
  ctx: Context,
  options: LoadOptions,
  ids: readonly string[],
): Promise<{ readonly environment: string; readonly done: readonly Hardened[] }> {
  const { environment, addresses } = await serversOf(ctx, options);
  const done: Hardened[] = [];
  for (const address of addresses) {
    done.push(
      await withConnection(ctx, address, async (connection) => {
        const answer = checked(connection, await runProgram(connection, { mode: "undo", arguments: undoOrder(ids) }));
        const results = resultsOf(answer, ids);
        const { score } = await auditServer(connection);
        const failure = failureOf(connection.name, results);
        return { server: connection.name, scoreBefore: null, scoreAfter: score, results, login: "not-needed", failure };
      }),
    );
  }
  return { environment, done };
}
