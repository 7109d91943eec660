import { join } from "node:path";
import { refusedError, WherryError } from "../core/index.ts";
import type { Report, Secret } from "../core/index.ts";
import type { Context, ProcessResult } from "../system/index.ts";
import { fewerKeys } from "./keys.ts";
import type { Meaning, Provider } from "./provider.ts";

/** `tofu`, or `terraform` where there is none, in the folder of one environment. */
export interface Program {
  readonly name: "tofu" | "terraform";
  readonly version: string;
  readonly provider: Provider;
  /** Whose machines they are, for hints. */
  readonly environment: string;
  /** Runs one command; a failure does not throw. Values for variables and the token go along in its environment alone. */
  run(args: readonly string[], options?: ProgramOptions): Promise<ProcessResult>;
}

/** Where each gets providers from, as its folders and lock files call it. */
export const registries: Readonly<Record<Program["name"], string>> = {
  tofu: "registry.opentofu.org",
  terraform: "registry.terraform.io",
};

interface ProgramOptions {
  /** Told each line that it says. */
  readonly report?: Report;
}

interface Surroundings {
  readonly folder: string;
  readonly environment: string;
  readonly provider: Provider;
  readonly token: Secret;
  /** Values of variables as JSON text, by name. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * OpenTofu where both are installed, unless the folder belongs to Terraform: what one of them has locked and remembered is of
 * no use to the other.
 * @throws WherryError `no-tofu` where neither is installed, `other-program` where only that is which the folder is not of
 */
export async function openProgram(ctx: Context, surroundings: Surroundings): Promise<Program> {
  const { folder, provider, environment, token, variables = {} } = surroundings;
  const env = {
    ...ctx.env,
    [provider.token.variable]: token.reveal(),
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    CHECKPOINT_DISABLE: "1",
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, value])),
  };
  const owner = await ownerOf(ctx, folder);
  for (const name of owner === "terraform" ? (["terraform", "tofu"] as const) : (["tofu", "terraform"] as const)) {
    const { exitCode, stdout } = await ctx.processes.run([name, "version", "-json"], { env });
    if (exitCode !== 0) continue;
    if (owner !== undefined && owner !== name) throw otherProgram(owner, name, surroundings);
    const { terraform_version: version = "unknown" } = JSON.parse(stdout) as { readonly terraform_version?: string };
    return {
      name,
      version,
      provider,
      environment,
      run: (args, { report } = {}) => {
        const line = (text: string): void => report?.({ type: "line", text });
        const lines = { onStdoutLine: line, onStderrLine: line };
        return ctx.processes.run([name, ...args], { cwd: folder, env, patient: true, ...lines });
      },
    };
  }
  throw refusedError("no-tofu", "neither tofu nor terraform is installed", {
    hint: "install OpenTofu: https://opentofu.org/docs/intro/install/",
  });
}

/** By the lock file, which is committed; undefined where there is none yet, or both have written into it. */
async function ownerOf(ctx: Context, folder: string): Promise<Program["name"] | undefined> {
  const lock = (await ctx.files.readText(join(folder, ".terraform.lock.hcl"))) ?? "";
  const [only, ...others] = (["tofu", "terraform"] as const).filter((name) =>
    lock.includes(`provider "${registries[name]}/`),
  );
  return others.length === 0 ? only : undefined;
}

function otherProgram(
  owner: Program["name"],
  installed: Program["name"],
  { folder, provider }: Surroundings,
): WherryError {
  const titles = { tofu: "OpenTofu", terraform: "Terraform" } as const;
  const [from, to] = [owner, installed].map((name) => `${registries[name]}/${provider.requirement.source}`);
  return refusedError(
    "other-program",
    `these machines were made with ${titles[owner]}, and only ${titles[installed]} is installed`,
    {
      hint: `install ${titles[owner]}; or hand them over, once and for everybody: cd ${folder} && ${installed} init && ${installed} state replace-provider ${from} ${to}`,
    },
  );
}

/** Gets the provider and opens the state. Does nothing where both are there. */
export async function initialize(program: Program): Promise<void> {
  const result = await program.run(["init", "-input=false", "-no-color"]);
  if (result.exitCode !== 0) throw programError(program, "init", result);
}

/** What the program itself refuses. */
const ownMeanings: readonly Meaning[] = [
  {
    pattern: /Error acquiring the state lock/,
    code: "state-locked",
    message: "somebody else is changing these machines",
    hint: "wait until they are done",
  },
  {
    pattern: /state\s+file\s+is\s+encrypted/,
    code: "state-encrypted",
    message: "the state is encrypted, and there is no key for it here",
    hint: "set TF_ENCRYPTION as it was when the machines were made",
  },
  {
    // As OpenTofu breaks its lines.
    pattern: /User\s+data\s+is\s+larger\s+than/,
    code: "user-data-too-large",
    message: "a server would be told more at its first boot than its provider takes: too many SSH keys, or long ones",
    hint: fewerKeys,
  },
];

/** What the program says, as an error with a way on. `step`: the command that failed. */
export function programError(
  program: Pick<Program, "name" | "provider" | "environment">,
  step: string,
  result: ProcessResult,
): WherryError {
  const said = `${result.stdout}\n${result.stderr}`;
  const context = errorsIn(said);
  const meaning = [...program.provider.meanings, ...ownMeanings].find(({ pattern }) => pattern.test(said));
  const exit = step === "apply" ? "failed" : "refused";
  if (meaning !== undefined) {
    const { code, message, hint } = meaning;
    return new WherryError(exit, code, message, {
      hint: typeof hint === "string" ? hint : hint(program.environment),
      context,
    });
  }
  return new WherryError(exit, `${step}-failed`, `${program.name} ${step} failed`, {
    context,
    hint:
      step === "apply"
        ? "run the same command again: it goes on from what is there"
        : `try it by hand: ${program.name} ${step}`,
  });
}

/** The error boxes without their frames; the last lines where there is none. */
export function errorsIn(text: string): readonly string[] {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/^[│╷╵]\s?/, "").trimEnd())
    .filter((line) => line !== "");
  const from = lines.findIndex((line) => line.startsWith("Error: "));
  return (from === -1 ? lines.slice(-5) : lines.slice(from)).slice(0, 30);
}
