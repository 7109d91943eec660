import type { SourceText, Spot } from "./model.ts";
import { splitWords } from "./part.ts";

/** A Dockerfile, read as far as a deployment cares. */
export interface Dockerfile {
  readonly source: SourceText;
  readonly stages: readonly Stage[];
  /** Default values of ARG before the first FROM. */
  readonly defaults: ReadonlyMap<string, string>;
}

export interface Stage {
  /** The image, or the name of an earlier stage, with the defaults of ARG put in. */
  readonly base: string;
  readonly name: string | undefined;
  readonly from: Instruction;
  readonly instructions: readonly Instruction[];
}

export interface Instruction extends Spot {
  /** In capitals. */
  readonly keyword: string;
  /** What comes after it, continuation lines joined, `--flags` left out. */
  readonly text: string;
  readonly flags: readonly string[];
  /** The list of an exec form; undefined for a shell form. */
  readonly exec: readonly string[] | undefined;
}

export function parseDockerfile(source: SourceText): Dockerfile {
  const instructions = instructionsOf(source);
  const defaults = new Map<string, string>();
  const stages: { base: string; name: string | undefined; from: Instruction; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    const stage = stages.at(-1);
    if (instruction.keyword === "FROM") {
      const [base = "", as, name] = instruction.text.split(/\s+/);
      stages.push({
        base: withDefaults(base, defaults),
        name: /^as$/i.test(as ?? "") ? name?.toLowerCase() : undefined,
        from: instruction,
        instructions: [],
      });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.keyword === "ARG") {
      const [, name = "", value = ""] = /^([^=\s]+)=?(.*)$/.exec(instruction.text) ?? [];
      defaults.set(name, splitWords(value)[0] ?? "");
    }
  }
  return { source, stages, defaults };
}

function withDefaults(text: string, defaults: ReadonlyMap<string, string>): string {
  return text.replaceAll(
    /\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)/g,
    (whole, braced?: string, word?: string, bare?: string) => {
      const value = defaults.get(braced ?? bare ?? "");
      return value === undefined || value === "" ? (word ?? whole) : value;
    },
  );
}

function instructionsOf(source: SourceText): readonly Instruction[] {
  const { text } = source;
  const escape = /^(?:#.*\r?\n)*#\s*escape\s*=\s*`/i.test(text) ? "`" : "\\";
  const lines = linesOf(text);
  const found: Instruction[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const first = lines[index];
    if (first === undefined || isBlank(first.text)) continue;
    const parts: string[] = [];
    let last = first;
    for (let line: Line | undefined = first; line !== undefined; line = lines[(index += 1)]) {
      if (line !== first && /^\s*(#|$)/.test(line.text)) continue;
      last = line;
      const goesOn = line.text.trimEnd().endsWith(escape);
      parts.push(goesOn ? line.text.trimEnd().slice(0, -1) : line.text);
      if (!goesOn) break;
    }
    const heredocs = [...parts.join(" ").matchAll(/<<-?\s*["']?(\w+)["']?/g)].map(([, word]) => word);
    const isHeredoc = heredocs.length > 0 && /^\s*(RUN|COPY|ADD)\b/i.test(parts[0] ?? "");
    for (const word of isHeredoc ? heredocs : []) {
      for (index += 1; index < lines.length && lines[index]?.text.trim() !== word; index += 1) {
        parts.push(`; ${lines[index]?.text ?? ""}`);
      }
    }
    found.push(instruction(source, first, last, parts.join(" ")));
  }
  return found;
}

function instruction(source: SourceText, first: Line, last: Line, joined: string): Instruction {
  const [, keyword = "", rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(joined) ?? [];
  const flags = [...(/^(--\S+\s+)+/.exec(rest)?.[0] ?? "").matchAll(/--\S+/g)].map(([flag]) => flag);
  const text = rest.replace(/^(--\S+\s+)+/, "").trim();
  const indent = first.text.length - first.text.trimStart().length;
  return {
    source,
    start: first.start + indent,
    end: last.start + last.text.trimEnd().length,
    keyword: keyword.toUpperCase(),
    text,
    flags,
    exec: text.startsWith("[") ? listOf(text) : undefined,
  };
}

function listOf(text: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

interface Line {
  readonly text: string;
  readonly start: number;
}

function linesOf(text: string): readonly Line[] {
  let start = 0;
  return text.split("\n").map((line) => {
    const found = { text: line.replace(/\r$/, ""), start };
    start += line.length + 1;
    return found;
  });
}

function isBlank(line: string): boolean {
  return /^\s*(#|$)/.test(line.replace(/^\ufeff/, ""));
}

/** The stage that becomes the image: `target`, or the last one. */
export function finalStage(file: Dockerfile, target: string | undefined): Stage | undefined {
  if (target === undefined) return file.stages.at(-1);
  return file.stages.find((stage) => stage.name === target.toLowerCase()) ?? file.stages[Number(target)];
}

/** A stage and those that it builds upon, the final one first. */
export function lineage(file: Dockerfile, stage: Stage): readonly Stage[] {
  const line = [stage];
  for (let current: Stage | undefined = stage; current !== undefined;) {
    const before: readonly Stage[] = file.stages.slice(0, file.stages.indexOf(current));
    const { base }: Stage = current;
    current = before.findLast((one) => one.name !== undefined && one.name === base.toLowerCase());
    if (current !== undefined) line.push(current);
  }
  return line;
}
