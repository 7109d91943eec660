import type { SeenFile } from "./files.ts";

/**
 * Secrets in plain sight: forms that are hardly ever anything else. A scanner knows hundreds more; this one must be right when it
 * speaks. What it says names the form, never the value.
 */
const forms: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "a private key",
    pattern: /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----/,
  },
  { what: "an access key of AWS", pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: "a token of GitHub", pattern: /\b(?:ghp|gho|ghu|ghr)_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{60,}\b/ },
  { what: "a token of GitLab", pattern: /\bglpat-[A-Za-z0-9_-]{20,}\b/ },
  { what: "a token of Slack", pattern: /\bxox[abprs]-[0-9A-Za-z-]{20,}\b/ },
  {
    what: "a webhook of Slack",
    pattern: /https:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[A-Za-z0-9]{20,}/,
  },
  { what: "a live key of Stripe", pattern: /\b[sr]k_live_[A-Za-z0-9]{20,}\b/ },
  { what: "a token of npm", pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { what: "an API key of Google", pattern: /\bAIza[0-9A-Za-z_-]{35}\b/ },
  { what: "a key of SendGrid", pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/ },
];

/** Names of variables that hold secrets. */
export const secretish =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_KEY|API_?KEY|ACCESS_?KEY|CREDENTIALS?)(?:$|_)|PASSWORD$/i;

/** Values that everybody sees are none. */
const placeholder =
  /^(?:|["']{2}|.*(?:change.?me|example|placeholder|your[-_ ]|dummy|xxx|todo|replace|<.*>|\*{3}|\.\.\.).*|\$\{?.*|test|secret|password|null|none|true|false|\d{1,3})$/i;

interface FoundSecret {
  readonly line: number;
  readonly what: string;
}

/** Made-up secrets of tests and examples are what tests and examples are for. */
const madeUp =
  /(?:^|\/)(?:tests?|__tests__|spec|specs|fixtures?|__fixtures__|testdata|testbed|golden|examples?|samples?|mocks?|bench|node_modules|vendor)\/|\.(?:test|spec)\.\w+$|(?:^|\/)test_[\w-]+\.py$/i;

export function findSecrets(file: SeenFile): readonly FoundSecret[] {
  if (file.content !== "text" || madeUp.test(file.path)) return [];
  const dotenv = isDotenv(file.path);
  return file.lines.flatMap((text, index) => {
    const form = text.length > 10_000 ? undefined : forms.find(({ pattern }) => pattern.test(text));
    if (form !== undefined && !looksMadeUp(text)) return [{ line: index + 1, what: form.what }];
    const [, name, value = ""] = (dotenv ? /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(text) : null) ?? [];
    if (name === undefined || !secretish.test(name)) return [];
    const bare = value.replace(/^(["'])(.*)\1$/, "$2").trim();
    return placeholder.test(bare) || /^(?:encrypted:|ENC\[)/.test(bare)
      ? []
      : [{ line: index + 1, what: `a value for ${name}` }];
  });
}

/** The code that recognises a form holds the form, and documentation shows what one looks like. */
function looksMadeUp(text: string): boolean {
  return /EXAMPLE|\\b|\[A-Za-z0-9|\[0-9A-Z\]|\(\?:|\.\.\./.test(text);
}

function isDotenv(path: string): boolean {
  return /(?:^|\/)(?:\.env(?:\.[\w-]+)*|[\w-]+\.env)$/.test(path) && !isTemplate(path);
}

function isTemplate(path: string): boolean {
  return /(?:^|[/._-])(?:example|sample|template|dist|defaults?|schema|vault|enc|test|ci)(?:\.[\w-]+)*$/i.test(path);
}

/** Is this a file that holds secrets by its name? Public keys, certificates, templates and what tests made up are not. */
export function isSecretFile(path: string): boolean {
  if (madeUp.test(path) || isTemplate(path)) return false;
  const name = path.split("/").at(-1) ?? "";
  if (/^(?:\.env\.(?:development|test|ci)|\.npmrc)$/.test(name)) return false;
  if (name.endsWith(".pem")) return /key|priv/i.test(name);
  return !/\.pub(?:lic)?(?:\.|$)|public/i.test(name);
}

const shown = "[redacted]";

/** The line without what looks like a secret in it: tokens, passwords in addresses, values of names and flags of secrets. */
export function withoutSecrets(text: string): string {
  const tokens = forms.reduce((line, { pattern }) => line.replaceAll(new RegExp(pattern, "g"), shown), text);
  return tokens
    .replaceAll(/(:\/\/)[^\s/@"']+@/g, `$1${shown}@`)
    .replaceAll(
      /((?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|CREDENTIALS?)\w*["']?\s*[:=]\s*)(?!\s*\$)(["']?)[^\s"',;&|)}]+\2/gi,
      `$1${shown}`,
    )
    .replaceAll(/(--?(?:password|pass|token|secret|api-?key)[= ])(?!\$)\S+/gi, `$1${shown}`)
    .replaceAll(/(\b(?:mysql|mysqldump|mariadb|mariadb-dump|sshpass)\b.*?\s-p)(?!\$|\s)\S+/g, `$1${shown}`);
}
