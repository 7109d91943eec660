import { wrap } from "./wrap.ts";
import { commonFlags } from "./common-flags.ts";
import type { AnyCommand } from "./definition.ts";
import { kebab, placeholderOf } from "./parameters.ts";
import type { Parameter, Parameters } from "./parameters.ts";
import { groups } from "./routes.ts";
import type { Route } from "./routes.ts";
import type { Screen } from "./definition.ts";

/** `wherry --help`, or `wherry server --help` with the words so far. */
export function helpOfMany(routes: readonly Route[], words: readonly string[], screen: Screen): readonly string[] {
  const { bold, dim } = screen.style;
  const name = ["wherry", ...words].join(" ");
  const sections = Object.entries(groups).flatMap(([group, title]) => {
    const rows = routes
      .filter((route) => route.group === group)
      .map((route) => [route.words.join(" "), route.brief] as const);
    return rows.length === 0 ? [] : ["", bold(title), ...table(rows, screen)];
  });
  return [
    words.length === 0 ? `${bold("wherry")} - compose.yaml in, production out` : bold(name),
    "",
    `Usage: ${name} COMMAND [flags]`,
    ...sections,
    "",
    dim(`${name} COMMAND --help says more about one of them.`),
  ];
}

/** `wherry deploy --help`. */
export function helpOfOne(route: Route, definition: AnyCommand, screen: Screen): readonly string[] {
  const { bold } = screen.style;
  const width = Math.min(screen.columns, 100);
  const paragraphs = (definition.description ?? []).flatMap((paragraph) => ["", ...wrap(paragraph, width)]);
  const args = Object.entries(definition.args ?? {}).map(
    ([name, arg]) => [placeholderOf(name, arg), describe(arg)] as const,
  );
  const examples = (definition.examples ?? []).map(({ line, what }) => [`wherry ${line}`, what] as const);
  return [
    bold(`wherry ${route.words.join(" ")} - ${route.brief}`),
    "",
    `Usage: ${usage(route, definition)}`,
    ...paragraphs,
    ...section("Arguments", args, screen),
    ...section("Flags", flagRows(definition.flags ?? {}), screen),
    ...section("Common flags", flagRows(commonFlags(definition)), screen),
    ...section("Examples", examples, screen),
  ];
}

/** `wherry exec SERVICE [flags] -- COMMAND...` */
export function usage(route: Route, definition: AnyCommand): string {
  const args = Object.entries(definition.args ?? {});
  const words = args.map(([name, arg]) => {
    const placeholder = placeholderOf(name, arg);
    if (arg.kind === "list") return `[-- ${placeholder}...]`;
    return arg.kind === "required" ? placeholder : `[${placeholder}]`;
  });
  const last = args.at(-1)?.[1].kind === "list" ? words.splice(-1) : [];
  const flags = Object.entries(definition.flags ?? {}).flatMap(([name, flag]) =>
    flag.kind === "required" ? [`--${kebab(name)} ${placeholderOf(name, flag)}`] : [],
  );
  return ["wherry", ...route.words, ...words, ...flags, "[flags]", ...last].join(" ");
}

/** `-e, --environment NAME`, and what it means. */
export function flagRows(flags: Parameters): readonly (readonly [string, string])[] {
  return Object.entries(flags).map(([name, flag]) => {
    const short = flag.short === undefined ? "    " : `-${flag.short}, `;
    const value = flag.kind === "toggle" ? "" : ` ${placeholderOf(name, flag)}`;
    return [`${short}--${kebab(name)}${value}`, describe(flag)];
  });
}

export function describe(parameter: Parameter): string {
  const notes = [
    ...(parameter.kind === "required" ? ["required"] : []),
    ...(parameter.kind === "list" ? ["may be several"] : []),
    ...(parameter.default === undefined ? [] : [`default: ${parameter.default}`]),
  ];
  return notes.length === 0 ? parameter.brief : `${parameter.brief} (${notes.join(", ")})`;
}

function section(title: string, rows: readonly (readonly [string, string])[], screen: Screen): readonly string[] {
  return rows.length === 0 ? [] : ["", screen.style.bold(title), ...table(rows, screen)];
}

function table(rows: readonly (readonly [string, string])[], screen: Screen): readonly string[] {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  const width = Math.max(30, Math.min(screen.columns, 110) - left);
  return rows.flatMap(([name, text]) =>
    wrap(text, width).map((line, index) => (index === 0 ? `  ${name}` : "").padEnd(left) + line),
  );
}
