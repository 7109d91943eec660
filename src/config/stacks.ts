import { nearest, usageError } from "../core/index.ts";
import type { WherryFile } from "./schema.ts";
import { hasPath, positionOfKey, positionOfValue } from "./yaml-source.ts";
import type { Path, YamlProblem, YamlSource } from "./yaml-source.ts";

/** Keys that say what a stack is: with several of them they belong into each. */
const ofAStack = ["compose", "services", "profiles"] as const;

/** What only shows once all stacks are seen together. */
export function stackProblems(file: WherryFile, source: YamlSource): readonly YamlProblem[] {
  const stacks = file.stacks ?? {};
  const names = Object.keys(stacks);
  const problems: YamlProblem[] = [];
  const add = (path: Path, message: string): void => {
    problems.push({ at: positionOfKey(source, path), message: `${path.join(".")}: ${message}` });
  };
  const unknown = (name: string): string => {
    const near = nearest(name, names);
    return `there is no stack ${name}${near === undefined ? "" : `, did you mean "${near}"?`}`;
  };
  for (const above of [[], ...Object.keys(file.environments).map((name) => ["environments", name])]) {
    for (const key of names.length === 0 ? [] : ofAStack) {
      const path = [...above, key];
      if (hasPath(source, path)) add(path, "the app has several stacks: move it into the one that it is for");
    }
  }
  for (const [environment, section] of Object.entries(file.environments)) {
    for (const name of Object.keys(section?.stacks ?? {})) {
      if (!names.includes(name)) add(["environments", environment, "stacks", name], unknown(name));
    }
  }
  for (const [name, stack] of Object.entries(stacks)) {
    for (const [index, other] of (stack?.depends_on ?? []).entries()) {
      const at = positionOfValue(source, ["stacks", name, "depends_on", index]);
      if (!names.includes(other)) problems.push({ at, message: `stacks.${name}.depends_on: ${unknown(other)}` });
    }
  }
  if (problems.length === 0 && orderOf(stacks).length < names.length) {
    const placed = new Set(orderOf(stacks));
    const circle = names.filter((name) => !placed.has(name));
    add(["stacks", circle[0] ?? ""], `${circle.join(", ")} depend on each other in a circle`);
  }
  return problems;
}

/** Each behind those that it depends on, otherwise as written; without those that wait for each other in a circle. */
export function orderOf(stacks: NonNullable<WherryFile["stacks"]>): readonly string[] {
  const order: string[] = [];
  for (;;) {
    const next = Object.keys(stacks).find(
      (name) => !order.includes(name) && (stacks[name]?.depends_on ?? []).every((other) => order.includes(other)),
    );
    if (next === undefined) return order;
    order.push(next);
  }
}

/** The asked one; undefined where the app has no stacks. */
export function chooseStack(wanted: string | undefined, { stacks = {} }: WherryFile, source: YamlSource) {
  const known = orderOf(stacks);
  if (known.length === 0) {
    if (wanted === undefined) return undefined;
    throw usageError("no-stacks", `${source.file} has no stacks: leave out --stack ${wanted}`);
  }
  if (wanted === undefined) {
    throw usageError("no-stack", `with which stack? There is ${known.join(", ")}`, {
      at: positionOfKey(source, ["stacks"]),
      hint: `say it with --stack ${known.at(-1)}`,
    });
  }
  if (known.includes(wanted)) return wanted;
  const near = nearest(wanted, known);
  throw usageError("unknown-stack", `there is no stack ${JSON.stringify(wanted)}; there is ${known.join(", ")}`, {
    at: positionOfKey(source, ["stacks"]),
    ...(near === undefined ? {} : { hint: `did you mean --stack ${near}?` }),
  });
}
