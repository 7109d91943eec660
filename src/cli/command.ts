import {
  AliasNotFoundError,
  ArgumentParseError,
  ArgumentScannerError,
  buildApplication,
  buildCommand,
  FlagNotFoundError,
  formatMessageForArgumentScannerError,
  run,
  text_en,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
} from "@stricli/core";
import type { TypedFlagParameter } from "@stricli/core";
import { nearest, usageError } from "../core/index.ts";
import type { WherryError } from "../core/index.ts";
import { commonFlags } from "./common-flags.ts";
import type { AnyCommand } from "./definition.ts";
import { kebab, placeholderOf } from "./parameters.ts";
import type { Parameter, Parameters } from "./parameters.ts";

/** Everything the user wrote, by name: arguments, flags, common flags. */
export type Input = Readonly<Record<string, unknown>>;

/**
 * Reads a command line strictly. Stricli is the parser and no more: its command only hands over what it has parsed, so
 * that running, printing and failing are the same for all commands, and ours.
 * @param name the whole command, `wherry server setup`, for messages
 */
export async function parseInput(name: string, definition: AnyCommand, words: readonly string[]): Promise<Input> {
  const flags = { ...definition.flags, ...commonFlags(definition) };
  const args = definition.args ?? {};
  const of: Spoken = {
    name,
    said: (word) => (definition.quiet === true ? "what is written there" : JSON.stringify(word)),
  };
  const maximum = Object.values(args).some(({ kind }) => kind === "list") ? undefined : Object.keys(args).length;
  let parsed: { readonly flags: Input; readonly words: readonly string[] } | undefined;
  let problem: unknown;

  const parser = buildCommand<Input, string[]>({
    func: (flagValues, ...rest) => {
      parsed = { flags: flagValues, words: rest };
    },
    parameters: {
      flags: Object.fromEntries(Object.entries(flags).map(([flag, parameter]) => [flag, stricliFlag(parameter)])),
      aliases: Object.fromEntries(
        Object.entries(flags).flatMap(([flag, { short }]) => (short === undefined ? [] : [[short, flag]])),
      ),
      positional: {
        kind: "array",
        parameter: { brief: "", parse: String, placeholder: "args" },
        ...(maximum === undefined ? {} : { maximum }),
      },
    },
    docs: { brief: name },
  });
  const application = buildApplication(
    parser,
    {
      name,
      scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
      documentation: { caseStyle: "convert-camel-to-kebab" },
      localization: {
        text: {
          ...text_en,
          exceptionWhileParsingArguments: (exception) => {
            problem ??= exception;
            return "";
          },
        },
      },
    },
    {},
  );
  const silent = { write: () => {} };
  await run(application, words, { process: { stdout: silent, stderr: silent } });

  if (parsed === undefined) throw problem instanceof ArgumentScannerError ? misuse(of, flags, problem) : problem;
  return { ...toggled(flags, parsed.flags), ...positional(of, args, parsed.words) };
}

function stricliFlag(parameter: Parameter): TypedFlagParameter<unknown> {
  const { kind, brief, parse } = parameter;
  if (kind === "toggle")
    return { kind: "boolean", brief, optional: true, withNegated: false } as unknown as TypedFlagParameter<unknown>;
  const given = parameter.default === undefined ? {} : { default: parameter.default };
  const shape =
    kind === "list"
      ? { variadic: true, optional: true }
      : { optional: kind === "optional" && parameter.default === undefined };
  return { kind: "parsed", brief, parse, ...shape, ...given } as TypedFlagParameter<unknown>;
}

/** What was not given is false or an empty list, not undefined. */
function toggled(flags: Parameters, values: Input): Input {
  const empty = { toggle: false, list: [], optional: undefined, required: undefined };
  return Object.fromEntries(Object.entries(flags).map(([name, { kind }]) => [name, values[name] ?? empty[kind]]));
}

/** How messages speak of a command, and of the words that were typed. */
interface Spoken {
  readonly name: string;
  readonly said: (word: string) => string;
}

function positional(of: Spoken, args: Parameters, words: readonly string[]): Input {
  return Object.fromEntries(
    Object.entries(args).map(([key, parameter], index) => {
      if (parameter.kind === "list") return [key, words.slice(index).map((word) => parse(of, key, parameter, word))];
      const word = words[index] ?? parameter.default;
      if (word !== undefined) return [key, parse(of, key, parameter, word)];
      if (parameter.kind === "optional") return [key, undefined];
      throw usageError(
        "missing-argument",
        `${of.name}: ${placeholderOf(key, parameter)} is missing: ${parameter.brief}`,
        {
          hint: help(of.name),
        },
      );
    }),
  );
}

function parse(of: Spoken, key: string, parameter: Parameter, word: string): unknown {
  try {
    return parameter.parse(word);
  } catch (error) {
    throw badValue(of, placeholderOf(key, parameter), word, error);
  }
}

function misuse(of: Spoken, flags: Parameters, problem: ArgumentScannerError): WherryError {
  const { name } = of;
  if (problem instanceof FlagNotFoundError) {
    const near = nearest(problem.input, Object.keys(flags).map(kebab));
    return usageError("unknown-flag", `${name}: there is no flag --${problem.input}`, {
      hint: near === undefined ? help(name) : `did you mean --${near}?`,
    });
  }
  if (problem instanceof AliasNotFoundError)
    return usageError("unknown-flag", `${name}: there is no flag -${problem.input}`, { hint: help(name) });
  if (problem instanceof ArgumentParseError)
    return badValue(of, `--${kebab(problem.externalFlagNameOrPlaceholder)}`, problem.input, problem.exception);
  if (problem instanceof UnsatisfiedFlagError) {
    const key = problem.externalFlagName;
    const flag = flags[key];
    const value = flag === undefined ? "a value" : `${placeholderOf(key, flag)}: ${flag.brief}`;
    return usageError("missing-value", `${name}: --${kebab(key)} needs ${value}`, { hint: help(name) });
  }
  if (problem instanceof UnexpectedPositionalError) {
    return usageError("too-many-arguments", `${name}: ${of.said(problem.input)} is one argument too many`, {
      hint: help(name),
    });
  }
  return usageError("invalid-arguments", `${name}: ${formatMessageForArgumentScannerError(problem, {})}`, {
    hint: help(name),
  });
}

function badValue({ name, said }: Spoken, where: string, word: string, error: unknown): WherryError {
  return usageError(
    "invalid-value",
    `${name}: ${where} ${said(word)}: ${error instanceof Error ? error.message : String(error)}`,
    {
      hint: help(name),
    },
  );
}

function help(name: string): string {
  return `${name} --help`;
}
