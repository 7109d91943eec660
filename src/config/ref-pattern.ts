/** Patterns for names of branches and tags, as `deploy_on` has them. */

/** Rules of `git check-ref-format`, for what stands behind refs/heads/ or refs/tags/. */
export function isRefName(name: string): boolean {
  return (
    name !== "" &&
    name !== "@" &&
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/.test(name) &&
    name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"))
  );
}

/** `feature/*` matches within one segment, `release/**` any depth. The same as in filters of GitHub. */
export function matchesBranch(pattern: string, branch: string): boolean {
  const source = branchParts(pattern).map((part) => {
    if (part === "**") return "[^]*";
    return part === "*" ? "[^/]*" : part.replaceAll(/[.*+?^$()|[\]{}\\/-]/g, String.raw`\$&`);
  });
  return new RegExp(`^(?:${source.join("")})$`, "u").test(branch);
}

function branchParts(pattern: string): readonly string[] {
  return pattern.match(/\*\*|\*|[^*]+/g) ?? [];
}

/** What stands around the version: `PROD-*` is `PROD-` and nothing. Undefined where a pattern is one name and no more. */
export function aroundVersion(pattern: string): { readonly before: string; readonly behind: string } | undefined {
  const star = pattern.indexOf("*");
  return star === -1 ? undefined : { before: pattern.slice(0, star), behind: pattern.slice(star + 1) };
}

/** What a pattern can stand for. `full`: versions without pre-releases. */
export type PatternKind = "branch" | "version" | "full version";

/**
 * A name that both patterns match, the shortest; undefined where there is none. Both are run side by side as automata, so
 * that no two environments can claim one ref by accident: `v*` and `v*-beta` do unless the first takes full versions only.
 */
export function commonName(
  a: { readonly pattern: string; readonly kind: PatternKind },
  b: { readonly pattern: string; readonly kind: PatternKind },
): string | undefined {
  const alphabet = [...new Set(`01a-./${a.pattern}${b.pattern}`.replaceAll("*", ""))];
  const waiting: { left: State; right: State; name: string }[] = [
    { left: automaton(a.pattern, a.kind), right: automaton(b.pattern, b.kind), name: "" },
  ];
  const seen = new Map<State, Set<State>>();
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { left, right, name } = next;
    const known = seen.get(left) ?? new Set();
    if (known.has(right)) continue;
    seen.set(left, known.add(right));
    if (left.final && right.final) return name;
    // Moves without a character go first: they make no name longer.
    for (const skipped of left.skips) waiting.unshift({ left: skipped, right, name });
    for (const skipped of right.skips) waiting.unshift({ left, right: skipped, name });
    for (const character of alphabet) {
      for (const one of left.edges.filter((edge) => edge.accepts(character))) {
        for (const other of right.edges.filter((edge) => edge.accepts(character)))
          waiting.push({ left: one.to, right: other.to, name: name + character });
      }
    }
  }
  return undefined;
}

interface State {
  readonly final: boolean;
  readonly edges: { accepts(character: string): boolean; to: State }[];
  readonly skips: State[];
}

const state = (...skips: readonly State[]): State => ({ final: false, edges: [], skips: [...skips] });

function automaton(pattern: string, kind: PatternKind): State {
  const end: State = { final: true, edges: [], skips: [] };
  if (kind === "branch") return branchParts(pattern).reduceRight((next, part) => branchPart(part, next), end);
  const around = aroundVersion(pattern);
  if (around === undefined) return literal(pattern, end);
  return literal(around.before, version(kind, literal(around.behind, end)));
}

function branchPart(part: string, next: State): State {
  if (part === "**") return many(() => true, next);
  return part === "*" ? many((character) => character !== "/", next) : literal(part, next);
}

function literal(text: string, next: State): State {
  return text.split("").reduceRight((to, character) => one((given) => given === character, to), next);
}

function one(accepts: (character: string) => boolean, to: State): State {
  return { final: false, edges: [{ accepts, to }], skips: [] };
}

function many(accepts: (character: string) => boolean, next: State): State {
  const here = state(next);
  here.edges.push({ accepts, to: here });
  return here;
}

const isDigit = (character: string): boolean => /^[0-9]$/.test(character);
const isDot = (character: string): boolean => character === ".";
const isOfIdentifier = (character: string): boolean => /^[0-9A-Za-z-]$/.test(character);

function version(kind: PatternKind, next: State): State {
  const end =
    kind === "full version"
      ? next
      : state(
          next,
          one((character) => character === "-", identifiers(next)),
        );
  return number(one(isDot, number(one(isDot, number(end)))));
}

function number(next: State): State {
  const here = state();
  here.edges.push(
    { accepts: (character) => character === "0", to: next },
    { accepts: (character) => isDigit(character) && character !== "0", to: many(isDigit, next) },
  );
  return here;
}

function identifiers(next: State): State {
  const first = state();
  first.edges.push({ accepts: isOfIdentifier, to: many(isOfIdentifier, state(next, one(isDot, first))) });
  return first;
}
