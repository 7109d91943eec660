import type { ZodType } from "zod";
import type { ExitName, Report, WherryError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import type { Parameters, ValuesOf } from "./parameters.ts";
import type { Style } from "./style.ts";

/** What a command gets beside its own parameters, and the flags that come with it. */
export type Need =
  /** `-e/--environment`; the room that reads wherry.yaml picks the only one where there is just one. */
  | "environment"
  /** `--environment` without `--server` and `--stack`: it is about all machines of the environment. */
  | "machines"
  /** `--plan`: say what would be done, and do nothing. */
  | "plan"
  /** `--yes`: no question before something is destroyed. See `confirm.ts`. */
  | "yes";

export interface CommandContext extends Context {
  readonly report: Report;
}

/** For `print`: how the reader's terminal is. */
export interface Screen {
  readonly style: Style;
  readonly columns: number;
}

export type InputOf<A extends Parameters, F extends Parameters, N extends Need> = ValuesOf<A> &
  ValuesOf<F> & {
    readonly directory: string | undefined;
    /** The command line itself obeys it; here for who has another format of its own. */
    readonly json?: boolean | undefined;
  } & ("environment" extends N
    ? {
        readonly environment: string | undefined;
        readonly server: string | undefined;
        readonly stack: string | undefined;
      }
    : unknown) &
  ("machines" extends N ? { readonly environment: string | undefined } : unknown) &
  ("plan" extends N ? { readonly plan: boolean } : unknown) &
  ("yes" extends N ? { readonly yes: boolean } : unknown);

/** What is said of a command without its types. */
interface Description {
  /** Paragraphs for help and manual, below the brief of the route table. */
  readonly description?: readonly string[];
  readonly examples?: readonly Example[];
  /** The output is that of another program (logs, exec): `run` writes it itself, and there is no --json. */
  readonly streams?: true;
  /** Somebody may type the value of a secret here by mistake: messages about the command line do not repeat its words. */
  readonly quiet?: true;
  /** The shape of the JSON document. */
  readonly schema?: ZodType;
}

/**
 * A command is data: what it takes, what it does, how its result looks to people. It neither prints nor knows --json:
 * both are made from what `run` returns.
 */
export interface Command<A extends Parameters, F extends Parameters, N extends Need, Data> extends Description {
  /** Positional, in this order; only the last may be a list. */
  readonly args?: A;
  readonly flags?: F;
  readonly needs?: readonly N[];
  run(input: InputOf<A, F, N>, ctx: CommandContext): Promise<Data>;
  print?(data: Data, screen: Screen): readonly string[];
  /** Where something went wrong, what was done is shown to people as well, before the error. */
  readonly printsFailed?: true;
  /** What went wrong although there is a result to show; its JSON gets an `error`. The exit code is the error's. */
  failure?(data: Data): WherryError | undefined;
  /** Exit code where nothing went wrong: that of another program, findings. Default: done. */
  exitCode?(data: Data): ExitName | number;
}

/** Any command, for what treats them all alike. */
export interface AnyCommand extends Description {
  readonly args?: Parameters;
  readonly flags?: Parameters;
  readonly needs?: readonly Need[];
  run(input: never, ctx: CommandContext): Promise<unknown>;
  print?(data: never, screen: Screen): readonly string[];
  readonly printsFailed?: true;
  failure?(data: never): WherryError | undefined;
  exitCode?(data: never): ExitName | number;
}

export interface Example {
  /** What comes after `wherry`. */
  readonly line: string;
  readonly what: string;
}

/** Only so that types are inferred: gives back what it gets. */
export function command<
  A extends Parameters = Record<never, never>,
  F extends Parameters = Record<never, never>,
  N extends Need = never,
  Data = void,
>(definition: Command<A, F, N, Data>): Command<A, F, N, Data> {
  return definition;
}
