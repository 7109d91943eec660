import { loadReleaseRules } from "../config/index.ts";
import type { Context } from "../system/index.ts";
import { compare } from "../writer/index.ts";
import type { Change } from "../writer/index.ts";
import type { Notes } from "./propose.ts";

/**
 * The list of changes that a repository keeps, in the form of Keep a Changelog 1.1.0. A release adds a section to it and
 * touches nothing that people wrote.
 */

/** What a version's section is made of. */
export interface Section {
  readonly version: string;
  /** `2026-11-26` */
  readonly date: string;
  readonly notes: Notes;
  /** The tag of the version before; null where there is none. */
  readonly previous: string | null;
}

/** Where the file would be changed, and the folder that its path belongs to. */
export interface ChangelogProposal {
  /** Absolute. */
  readonly directory: string;
  readonly change: Change;
}

/**
 * Says what the section of a release would be. Writes nothing. The file is no part of the release: the tag stands at the
 * commit that was tried out, so the section goes into the next one.
 * @param options.file relative to the folder of wherry.yaml
 */
export async function proposeChangelog(
  ctx: Context,
  options: { readonly directory: string | undefined; readonly file: string },
  released: Omit<Section, "date">,
): Promise<ChangelogProposal> {
  const { directory } = await loadReleaseRules(ctx, options);
  const before = await ctx.files.readText(`${directory}/${options.file}`);
  const date = ctx.clock.now().toISOString().slice(0, 10);
  const content = withSection(before, { ...released, date });
  const [change] = await compare(ctx, directory, [{ path: options.file, content, from: "current" }]);
  if (change === undefined) throw new Error("a file was compared, and nothing came back");
  return { directory, change };
}

const beginning = `# Changelog

The form is that of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).

## [Unreleased]
`;

/**
 * The text with a section of the version: behind what stands under `Unreleased`, else above the first version. As it
 * was where the version has a section already. Pure.
 * @param text undefined where there is no file yet
 */
export function withSection(text: string | undefined, section: Section): string {
  if (text === undefined || text.trim() === "") return `${beginning}\n${sectionLines(section).join("\n")}\n`;
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text.split(/\r?\n/);
  const headings = headingsOf(lines);
  if (headings.some(({ name }) => name === section.version)) return text;
  const unreleased = headings.findIndex(({ name }) => name.toLowerCase() === "unreleased");
  const next = headings[unreleased + 1];
  const at = next?.line ?? endOfText(lines);
  const before = lines.slice(0, at);
  while (before.at(-1)?.trim() === "") before.pop();
  const behind = lines.slice(at);
  while (behind[0]?.trim() === "") behind.shift();
  return [...before, "", ...sectionLines(section), "", ...behind].join(lineEnd);
}

/** Headings of the second level, which name versions; what looks like one within a block of code is none. */
function headingsOf(lines: readonly string[]): readonly { readonly line: number; readonly name: string }[] {
  let fence: string | undefined;
  return lines.flatMap((text, line) => {
    const mark = /^ {0,3}(```+|~~~+)/.exec(text)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
      return [];
    }
    fence = mark;
    const name = /^##\s+\[?v?([^\s\]]+)/i.exec(text)?.[1];
    return name === undefined ? [] : [{ line, name }];
  });
}

/** Definitions of links at the end of a file (`[1.4.0]: https://…`) stay at its end. */
function endOfText(lines: readonly string[]): number {
  let at = lines.length;
  while (at > 0 && /^(\s*|\[[^\]]+\]:\s.*)$/.test(lines[at - 1] ?? "")) at -= 1;
  return at;
}

function sectionLines({ version, date, notes, previous }: Section): readonly string[] {
  const part = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ["", `### ${title}`, "", ...lines.map((line) => `- ${line}`)];
  const parts = [
    ...part("Added", notes.features),
    ...part("Changed", [...notes.breaking.map((line) => `**Breaking:** ${line}`), ...notes.others]),
    ...part("Fixed", notes.fixes),
  ];
  const nothing = previous === null ? "The first version." : `No commit since ${previous}.`;
  return [`## [${version}] - ${date}`, ...(parts.length === 0 ? ["", nothing] : parts)];
}
