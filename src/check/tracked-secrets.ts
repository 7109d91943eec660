import { join } from "node:path";
import { parseEnv } from "node:util";
import { shownPath } from "../config/index.ts";
import { WherryError } from "../core/index.ts";
import { searchTracked, trackedFiles } from "../git/index.ts";
import type { Context } from "../system/index.ts";
import type { ForeignProblem, NotChecked } from "./check.ts";
import { runGitleaks } from "./gitleaks.ts";
import { trackedSecret } from "./rules/exposure.ts";
import { isOpenSecret } from "./secrets.ts";

/** A form that can be nothing else than a secret, or the key of one. */
interface SecretForm {
  readonly what: string;
  /** For `git grep -E`, and for JavaScript: what both understand alike. */
  readonly pattern: string;
}

/** Forms as their makers document them. Everything else is for gitleaks, which knows many hundreds. */
export const secretForms: readonly SecretForm[] = [
  { what: "a private key", pattern: "-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----" },
  { what: "a secret key of age", pattern: "AGE-SECRET-KEY-1[0-9A-Z]{58}" },
  { what: "a signing key of Cardano", pattern: '"type": *"[A-Za-z0-9_]*SigningKey[A-Za-z0-9_]*"' },
  { what: "a project id of Blockfrost", pattern: "(mainnet|preprod|preview|sanchonet)[A-Za-z0-9]{32}" },
  { what: "a token of GitHub", pattern: "gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40}" },
  { what: "a token of GitLab", pattern: "glpat-[A-Za-z0-9_-]{20}" },
  { what: "a token of npm", pattern: "npm_[A-Za-z0-9]{36}" },
  { what: "an access key of AWS", pattern: "(AKIA|ASIA)[A-Z2-7]{16}" },
  { what: "a key of Google", pattern: "AIza[A-Za-z0-9_-]{35}" },
  { what: "a token of DigitalOcean", pattern: "do[opr]_v1_[a-f0-9]{64}" },
  {
    what: "a token of Slack",
    pattern: "xox[abprs]-[A-Za-z0-9-]{20}|hooks\\.slack\\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20}",
  },
  { what: "a token of a Telegram bot", pattern: "[0-9]{8,10}:AA[A-Za-z0-9_-]{33}" },
  { what: "a live key of Stripe", pattern: "[rs]k_live_[A-Za-z0-9]{20}" },
];

/** Templates have names and no values. */
const template = /\.(example|sample|template|dist|defaults?|schema)$|\.enc(rypted)?$/i;

/** Of manuals, and not of anybody. */
const placeholder = /EXAMPLE|x{8}|X{8}|0{12}|1234567890/;

interface Found {
  readonly path: string;
  readonly line: number;
  readonly what: string;
  /** As it is written; never shown. */
  readonly secret: string;
}

export interface TrackedSecrets {
  readonly problems: readonly ForeignProblem[];
  readonly notChecked: readonly NotChecked[];
}

/** Secrets in the files that git has, below `directory`, and that everybody has who has the repository. */
export async function findTrackedSecrets(ctx: Context, directory: string): Promise<TrackedSecrets> {
  const what = "secrets in tracked files";
  const lines = await searchTracked(
    ctx,
    directory,
    secretForms.map(({ pattern }) => pattern),
  ).catch((error: unknown) => {
    if (error instanceof WherryError && error.exit !== "interrupted") return undefined;
    throw error;
  });
  if (lines === undefined) return { problems: [], notChecked: [{ what, reason: "git does not answer here" }] };
  const own = [...lines.flatMap(knownForms), ...(await inEnvFiles(ctx, directory))];
  const { found: more, reason } = await runGitleaks(ctx, directory);
  const tracked = new Set(more.length === 0 ? [] : await trackedFiles(ctx, directory, [directory]));
  const seen = new Set(own.map(({ path, line }) => `${path}:${line}`));
  const others = more.filter(({ path, line }) => tracked.has(path) && !seen.has(`${path}:${line}`));
  const problems = await problemsOf(ctx, directory, [...own, ...others]);
  return {
    problems,
    notChecked: reason === undefined ? [] : [{ what: "secrets of less common forms in tracked files", reason }],
  };
}

function knownForms({
  path,
  line,
  text,
}: {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}): readonly Found[] {
  return secretForms.flatMap(({ what, pattern }) => {
    const secret = new RegExp(`(?<![A-Za-z0-9])(?:${pattern})`).exec(text)?.[0];
    return secret === undefined || placeholder.test(secret) ? [] : [{ path, line, what, secret }];
  });
}

async function inEnvFiles(ctx: Context, directory: string): Promise<readonly Found[]> {
  const tracked = await trackedFiles(ctx, directory, [directory]);
  const files = tracked.filter((path) => /(^|\/)\.env(\.[^/]+)?$/.test(path) && !template.test(path));
  const found = await Promise.all(
    files.map(async (path) => {
      const text = (await ctx.files.readText(join(directory, path))) ?? "";
      const lines = text.split("\n");
      return Object.entries(parseEnv(text)).flatMap(([name, secret = ""]): readonly Found[] => {
        if (!isOpenSecret(name, secret) || placeholder.test(secret)) return [];
        const line = lines.findIndex((one) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(one)) + 1;
        return line === 0 ? [] : [{ path, line, what: `the value of ${name}`, secret }];
      });
    }),
  );
  return found.flat();
}

/** Each with its place, in a text in which the rest of its line does not stand any more: a key may go on behind what is known. */
async function problemsOf(
  ctx: Context,
  directory: string,
  found: readonly Found[],
): Promise<readonly ForeignProblem[]> {
  const problems = await Promise.all(
    [...new Set(found.map(({ path }) => path))].map(async (path) => {
      const text = (await ctx.files.readText(join(directory, path))) ?? "";
      const lines = text.split("\n");
      const placed = found
        .filter((one) => one.path === path)
        .map(({ line, what, secret }) => {
          const written = lines[line - 1] ?? "";
          return { line, what, written, column: Math.max(written.indexOf(secret.split("\n")[0] ?? ""), 0) };
        });
      const hidden = lines.map((written, index) => {
        const columns = placed.filter(({ line }) => line === index + 1).map(({ column }) => column);
        const from = Math.min(written.length, ...columns);
        return written.slice(0, from) + "*".repeat(written.length - from);
      });
      const source = { file: shownPath(ctx, join(directory, path)), text: hidden.join("\n") };
      return placed
        .filter(({ written }) => !isAccepted(written))
        .map(({ line, what, written, column }): ForeignProblem => {
          const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
          return {
            ...trackedSecret,
            rule: trackedSecret.id,
            message: `${what} is in a file that git keeps`,
            at: { source, start: before + column, end: before + written.length },
          };
        });
    }),
  );
  return problems.flat();
}

/** A comment on the line says why it is none. */
function isAccepted(line: string): boolean {
  return /wherry-ignore[ \t]+WHY313[ \t]*:[ \t]*\S/.test(line) || line.includes("gitleaks:allow");
}
