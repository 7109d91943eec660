import { loadSettings } from "../config/index.ts";
import type { RotationSettings, Settings } from "../config/index.ts";
import { refusedError, Secret, usageError, WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { openChange, randomValue, scramVerifier } from "../secrets/index.ts";
import type { StagedChange } from "../secrets/index.ts";
import { timedStep } from "../system/index.ts";
import type { Context } from "../system/index.ts";
import type { AppOptions } from "./app.ts";
import { deploy, plan } from "./deploy.ts";
import type { DeploymentResult } from "./result.ts";
import { allowSql, nextRole, refuseSql, runSql } from "./roles.ts";
import { compareSecretsWithLive } from "./secret-diff.ts";

export interface RotateOptions extends AppOptions {
  readonly name: string;
  /** The new value, or how many random bytes it is made of. */
  readonly given: Secret | { readonly bytes: number };
}

export interface RotationResult {
  readonly environment: string;
  readonly name: string;
  readonly source: string;
  /** `rotated`: the new value is live, and the old one is revoked. `undone`: the old one is back. */
  readonly outcome: "planned" | "rotated" | "undone" | "unfinished";
  readonly steps: readonly { readonly id: string; readonly title: string }[];
  /** Release that has the new value. */
  readonly release: string | null;
  readonly notes: readonly string[];
  readonly failure?: WherryError;
}

/** What a rotation works on. */
interface Rotation {
  readonly settings: Settings;
  readonly options: RotateOptions;
  readonly rule: RotationSettings | undefined;
  readonly change: StagedChange;
}

/**
 * Gives a secret a new value, deploys it, and revokes the old one. Killed at any instant, the same command goes on where it
 * was: the old value lies beside the new one in the source until it is revoked.
 */
export async function rotate(ctx: Context, options: RotateOptions, report: Report): Promise<RotationResult> {
  const rotation = await open(ctx, options);
  const { change, rule } = rotation;
  const result = resultOf(rotation);
  const values = change.after ?? nextValues(rotation);
  for (const value of values.values()) ctx.mask.add(value);

  // The new value has to be valid before anything can use it, and the old one stays so until nothing does any more.
  await step(ctx, report, result.steps, "prepare", () => prepare(ctx, rotation, values));
  if (change.after === undefined) await step(ctx, report, result.steps, "keep", () => change.stage(values));

  // A value that was only just made is live nowhere.
  if (change.after === undefined || !(await isLive(ctx, options))) {
    let deployed: DeploymentResult;
    try {
      if (rule?.postgres !== undefined) await refuseDatabaseChange(ctx, options, rule.postgres.service);
      deployed = await deploy(ctx, options, report);
    } catch (error) {
      // Nobody knows how far an interrupted deployment came: the next run finds out.
      if (!(error instanceof WherryError) || !["refused", "invalid", "locked", "usage"].includes(error.exit))
        throw error;
      return undone(ctx, rotation, values, error);
    }
    if (deployed.failure !== undefined) {
      if (deployed.failure.exit === "failed") return undone(ctx, rotation, values, deployed.failure);
      return { ...result, outcome: "unfinished", notes: unfinishedNotes(options.name), failure: deployed.failure };
    }
    if (deployed.outcome !== "succeeded")
      return { ...result, outcome: "unfinished", release: deployed.release.id, notes: unfinishedNotes(options.name) };
    return { ...result, ...(await finished(ctx, rotation, report)), release: deployed.release.id };
  }
  return { ...result, ...(await finished(ctx, rotation, report)) };
}

/** Says what `rotate` would do, and does nothing. */
export async function planRotation(ctx: Context, options: RotateOptions): Promise<RotationResult> {
  return { ...resultOf(await open(ctx, options)), outcome: "planned" };
}

async function open(ctx: Context, options: RotateOptions): Promise<Rotation> {
  const settings = await loadSettings(ctx, options);
  const rule = settings.rotation.get(options.name);
  const names = rule?.postgres === undefined ? [options.name] : [options.name, rule.postgres.user];
  const change = await openChange(ctx, settings, names);
  const role = change.before.get(rule?.postgres?.user ?? "")?.reveal();
  // It becomes part of what psql reads.
  if (role !== undefined && !/^[a-z_][a-z0-9_]{0,62}$/.test(role))
    throw usageError("invalid-role", `${rule?.postgres?.user} holds no name of a role: small letters, digits and _`);
  return { settings, options, rule, change };
}

function resultOf({ settings, options, rule, change }: Rotation): RotationResult {
  const { name } = options;
  const { postgres } = rule ?? {};
  const title = (id: string, text: string | undefined) => (text === undefined ? [] : [{ id, title: text }]);
  return {
    environment: settings.environment,
    name,
    source: change.source,
    outcome: "rotated",
    release: null,
    notes: [],
    steps: [
      ...title("prepare", postgres && `let the other role of ${postgres.owner} log in to ${postgres.service}`),
      ...title("prepare-hook", rule?.prepare && `run ${rule.prepare.join(" ")}`),
      ...title(
        "keep",
        change.after ? undefined : `keep a new value of ${name} in ${change.source}, the old one beside it`,
      ),
      { id: "deploy", title: `deploy to ${settings.environment}` },
      ...title("revoke", postgres && `take the password of the role before away`),
      ...title("revoke-hook", rule?.revoke && `run ${rule.revoke.join(" ")}`),
      { id: "forget", title: `forget the old value` },
    ],
  };
}

function nextValues({ options, rule, change }: Rotation): ReadonlyMap<string, Secret> {
  const { name, given } = options;
  const value = given instanceof Secret ? given : randomValue(given.bytes);
  if (change.before.get(name)?.reveal() === value.reveal())
    throw usageError("same-value", `this is the value that ${name} has already`, { hint: "give it a new one" });
  const values = new Map([[name, value]]);
  const { postgres } = rule ?? {};
  if (postgres !== undefined) {
    const role = nextRole(postgres.owner, change.before.get(postgres.user)?.reveal() ?? "");
    values.set(postgres.user, new Secret(role));
  }
  return values;
}

async function prepare(ctx: Context, { settings, options, rule }: Rotation, values: ReadonlyMap<string, Secret>) {
  const value = values.get(options.name);
  if (value === undefined) return;
  if (rule?.postgres !== undefined) {
    const { service, owner, user } = rule.postgres;
    const role = values.get(user)?.reveal() ?? "";
    await runSql(ctx, settings, service, allowSql(owner, role, scramVerifier(value)));
  }
  if (rule?.prepare !== undefined) await hook(ctx, settings, options.name, rule.prepare, value);
}

/** The live release has the values that the source has. */
async function isLive(ctx: Context, options: RotateOptions): Promise<boolean> {
  try {
    const { secrets } = await compareSecretsWithLive(ctx, options);
    return secrets.find(({ name }) => name === options.name)?.state === "same";
  } catch (error) {
    if (error instanceof WherryError && error.code === "nothing-live") return false;
    throw error;
  }
}

/** A database that is made anew because of its own password would lose requests, which is what all this is to avoid. */
async function refuseDatabaseChange(ctx: Context, options: RotateOptions, service: string): Promise<void> {
  const { services } = await plan(ctx, options, () => {});
  if (services.find(({ name }) => name === service)?.change !== "changed") return;
  throw refusedError(
    "database-would-change",
    `${service} itself would be changed by this deployment, and stop for it`,
    {
      hint: `give the app's role a secret of its own, that ${service} does not use, and deploy other changes first`,
    },
  );
}

/** The new value served nobody: the old one goes back to where it was. */
async function undone(
  ctx: Context,
  rotation: Rotation,
  values: ReadonlyMap<string, Secret>,
  failure: WherryError,
): Promise<RotationResult> {
  const { settings, options, rule, change } = rotation;
  await change.undo();
  const notes = [`${options.name} has its old value again in ${change.source}`];
  if (rule?.postgres !== undefined) {
    const role = values.get(rule.postgres.user)?.reveal() ?? "";
    await runSql(ctx, settings, rule.postgres.service, refuseSql(role));
  }
  if (rule?.prepare !== undefined) notes.push("what prepare did is still so: the new value was never used");
  return { ...resultOf(rotation), outcome: "undone", notes, failure };
}

/** Revokes the old value; where that fails, it stays known, so that the next run can. */
async function finished(
  ctx: Context,
  rotation: Rotation,
  report: Report,
): Promise<Pick<RotationResult, "outcome" | "notes"> & { readonly failure?: WherryError }> {
  const { settings, options, rule, change } = rotation;
  const { steps } = resultOf(rotation);
  const old = change.before.get(options.name);
  try {
    await step(ctx, report, steps, "revoke", async () => {
      if (rule?.postgres !== undefined) {
        const role = change.before.get(rule.postgres.user)?.reveal() ?? "";
        await runSql(ctx, settings, rule.postgres.service, refuseSql(role));
      }
      if (rule?.revoke !== undefined && old !== undefined) await hook(ctx, settings, options.name, rule.revoke, old);
    });
  } catch (error) {
    if (!(error instanceof WherryError)) throw error;
    const failure = new WherryError(
      "attention",
      "not-revoked",
      `the new value is live, but the old one is not revoked: ${error.message}`,
      {
        context: error.context,
        hint: `wherry secrets rotate ${options.name} -e ${settings.environment} tries again`,
      },
    );
    return { outcome: "unfinished", notes: [], failure };
  }
  await change.end();
  const lasting = rule?.postgres === undefined && rule?.revoke === undefined;
  return {
    outcome: "rotated",
    notes: lasting
      ? ["nothing in wherry.yaml says how to revoke the old value: do it where it is checked"]
      : ["releases from before have a value that does not hold any more: a rollback to them would fail"],
  };
}

function unfinishedNotes(name: string): readonly string[] {
  return [
    `the old value is valid, and kept, until the new release has all requests: run secrets rotate ${name} again then`,
  ];
}

/** The value reaches a program on standard input alone. */
async function hook(
  ctx: Context,
  settings: Settings,
  name: string,
  argv: readonly string[],
  value: Secret,
): Promise<void> {
  const { exitCode, stderr, stdout } = await ctx.processes.run(argv, {
    cwd: settings.directory,
    input: value.reveal(),
    env: { ...ctx.env, WHERRY_ENVIRONMENT: settings.environment, WHERRY_SECRET: name },
    timeout: 300_000,
  });
  if (exitCode === 0) return;
  throw refusedError("hook-failed", `${argv.join(" ")} ended with exit code ${exitCode}`, {
    context: `${stdout}${stderr}`
      .split("\n")
      .filter((line) => line !== "")
      .slice(-20),
  });
}

/** Told as a step of a deployment is; nothing where there is nothing to do. */
async function step(
  ctx: Context,
  report: Report,
  steps: RotationResult["steps"],
  id: string,
  work: () => Promise<void>,
): Promise<void> {
  const titles = steps.filter((one) => one.id === id || one.id === `${id}-hook`).map(({ title }) => title);
  if (titles.length === 0) return;
  await timedStep(ctx, report, { id, title: titles.join(", ") }, work);
}
