import type { Version } from "../config/index.ts";

/** What a commit's subject says of it, in the words of Conventional Commits 1.0.0: `feat(cart)!: ...`. */
interface Subject {
  readonly hash: string;
  readonly type: string | undefined;
  readonly breaking: boolean;
  readonly text: string;
}

/** Lines `HASH SUBJECT`, as git log gives them. */
function readSubject(line: string): Subject {
  const space = line.indexOf(" ");
  const hash = space === -1 ? line : line.slice(0, space);
  const subject = space === -1 ? "" : line.slice(space + 1);
  const [, type, bang, text] = /^([a-z]+)(?:\([^)]*\))?(!?): (.*)$/i.exec(subject) ?? [];
  return { hash, type: type?.toLowerCase(), breaking: bang === "!", text: text ?? subject };
}

/**
 * The next version after `last`, from the subjects of the commits since: a `!` is a new major version (below 1.0.0 a new
 * minor one), `feat` a new minor one, everything else a patch.
 * @param last undefined: the first version is 1.0.0
 */
export function proposeVersion(last: Version | undefined, lines: readonly string[]): string {
  if (last === undefined) return "1.0.0";
  const { major, minor, patch, prerelease } = last;
  // Of a pre-release the version itself comes next.
  if (prerelease.length > 0) return `${major}.${minor}.${patch}`;
  const subjects = lines.map(readSubject);
  if (subjects.some(({ breaking }) => breaking)) return major === 0 ? `0.${minor + 1}.0` : `${major + 1}.0.0`;
  if (subjects.some(({ type }) => type === "feat")) return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
}

/** What came since the version before, by kind. */
export interface Notes {
  readonly breaking: readonly string[];
  readonly features: readonly string[];
  readonly fixes: readonly string[];
  readonly others: readonly string[];
}

export function notesSince(lines: readonly string[]): Notes {
  const subjects = lines.map(readSubject);
  const told = (wanted: (subject: Subject) => boolean): readonly string[] =>
    subjects.filter(wanted).map(({ hash, text }) => `${text} (${hash})`);
  return {
    breaking: told(({ breaking }) => breaking),
    features: told(({ type, breaking }) => type === "feat" && !breaking),
    fixes: told(({ type, breaking }) => type === "fix" && !breaking),
    others: told(({ type, breaking }) => type !== "feat" && type !== "fix" && !breaking),
  };
}
