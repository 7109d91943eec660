import type { SeenFile, SeenFiles } from "./files.ts";

/** A Dockerfile as instructions with their lines. */
export interface Dockerfile {
  readonly file: SeenFile;
  readonly instructions: readonly Instruction[];
}

export interface Instruction {
  readonly line: number;
  /** In capitals. */
  readonly word: string;
  readonly rest: string;
}

export function readDockerfiles(files: SeenFiles): readonly Dockerfile[] {
  return (
    files
      .find(/(?:^|\/)(?:(?:Docker|Container)file(?:\.[\w-]+)?|[\w-]+\.(?:Dockerfile|dockerfile))$/)
      // Deeper down are images for tests and tools: apps/shop/api/Dockerfile is as deep as an app's own goes.
      .filter(({ content, path }) => content === "text" && path.split("/").length <= 4)
      .map((file) => ({ file, instructions: instructionsOf(file.lines) }))
      .filter(({ instructions }) => instructions.some(({ word }) => word === "FROM"))
  );
}

function instructionsOf(lines: readonly string[]): readonly Instruction[] {
  const found: Instruction[] = [];
  let open: { readonly line: number; text: string } | undefined;
  let heredoc: string | undefined;
  for (const [index, line] of lines.entries()) {
    if (heredoc !== undefined) {
      if (line.trim() === heredoc) heredoc = undefined;
      continue;
    }
    // Comments and empty lines do not end an instruction that goes on.
    if (/^\s*(?:#|$)/.test(line)) continue;
    open =
      open === undefined ? { line: index + 1, text: line } : { line: open.line, text: `${open.text} ${line.trim()}` };
    if (/\\\s*$/.test(line)) {
      open.text = open.text.replace(/\\\s*$/, "");
      continue;
    }
    const [, word = "", rest = ""] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(open.text) ?? [];
    if (word !== "") found.push({ line: open.line, word: word.toUpperCase(), rest: rest.trim() });
    heredoc = /<<-?["']?([A-Za-z_]\w*)["']?/.exec(open.text)?.[1];
    open = undefined;
  }
  return found;
}

/** Instructions of the image that comes out, its FROM first. */
export function lastStage({ instructions }: Dockerfile): readonly Instruction[] {
  const start = instructions.findLastIndex(({ word }) => word === "FROM");
  return instructions.slice(Math.max(start, 0));
}

/** Images that a Dockerfile starts from: not the stages of its own, nor `scratch`. */
export function baseImages({ instructions }: Dockerfile): readonly { readonly line: number; readonly image: string }[] {
  const stages = new Set<string>();
  return instructions
    .filter(({ word }) => word === "FROM")
    .flatMap(({ line, rest }) => {
      const words = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
      const [image = "", as = "", name] = words;
      const own = stages.has(image.toLowerCase()) || image === "scratch" || image === "";
      if (as.toLowerCase() === "as" && name !== undefined) stages.add(name.toLowerCase());
      return own ? [] : [{ line, image }];
    });
}
