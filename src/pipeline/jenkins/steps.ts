import { aroundVersion } from "../../config/index.ts";
import type { EnvironmentRule } from "../../config/index.ts";
import type { EnvironmentStage, Pipeline } from "../model.ts";
import { wherryIn } from "../scripts.ts";
import { block, quoted, sh } from "./groovy.ts";
import type { Block, Line } from "./groovy.ts";

/** What several stages of Jenkins have in common. Only plugins that Jenkins suggests itself are needed. */

export const wherryFolder = ".jenkins/wherry";

export function wherryCommand(pipeline: Pick<Pipeline, "folder">): (words: string) => string {
  return wherryIn(wherryFolder, pipeline);
}

export function stage(name: string, lines: readonly Line[]): Block {
  return block(`stage(${quoted(name)})`, lines);
}

/** Wherry by its lockfile: npm refuses a package with another hash, and runs nothing of it while it installs. */
export function prepareStage(): Block {
  return stage("Prepare", [
    block("steps", [block(`dir(${quoted(wherryFolder)})`, [sh(["npm ci --ignore-scripts --no-audit --no-fund"])])]),
  ]);
}

/** `when` for a release rule: tags that merely look like releases too, so that the gate ends them with the reason. */
export function conditionOf(rule: EnvironmentRule["rules"][number]): string {
  if (rule.kind === "schedule") return "triggeredBy 'TimerTrigger'";
  const pattern = rule.kind === "tag" ? tagPattern(rule.pattern) : branchPattern(rule.pattern);
  return `${rule.kind} pattern: ${quoted(pattern)}, comparator: 'REGEXP'`;
}

function tagPattern(pattern: string): string {
  const around = aroundVersion(pattern);
  if (around === undefined) return escape(pattern);
  return around.before === ""
    ? `[0-9].*${escape(around.behind)}`
    : `${escape(around.before)}.*${escape(around.behind)}`;
}

/** `*` is anything but `/`, `**` anything: the same as everywhere in Wherry. */
export function branchPattern(pattern: string): string {
  const parts = pattern.match(/\*\*|\*|[^*]+/g) ?? [];
  return parts.map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : escape(part))).join("");
}

/** For java.util.regex, which matches whole names here. */
function escape(text: string): string {
  return text.replaceAll(/[^\w\u0080-\uffff/-]/g, String.raw`\$&`);
}

/** Any of several conditions. */
export function anyOf(conditions: readonly string[]): Line {
  const [first, ...others] = conditions;
  return first !== undefined && others.length === 0 ? first : block("anyOf", conditions);
}

/** The environment's own credentials, by their names in Jenkins: `production-WHERRY_SSH_KEY` and so on. */
export function withCredentials({ name, secrets }: EnvironmentStage, lines: readonly Line[]): Block {
  const id = (credential: string): string => quoted(`${name}-${credential}`);
  const bindings = [
    `sshUserPrivateKey(credentialsId: ${id("WHERRY_SSH_KEY")}, keyFileVariable: 'WHERRY_SSH_KEY')`,
    `file(credentialsId: ${id("WHERRY_KNOWN_HOSTS")}, variable: 'WHERRY_KNOWN_HOSTS')`,
    ...secrets.map((secret) => `string(credentialsId: ${id(secret)}, variable: ${quoted(secret)})`),
  ];
  return block(`withCredentials([${bindings.join(", ")}])`, lines);
}

/**
 * A configuration of ssh for this build alone: agents stay, and have keys of their own. A server that shows another key than the
 * pinned one is refused.
 */
export const openSsh: readonly string[] = [
  'ssh="$(mktemp -d)"',
  "trap 'rm -rf \"$ssh\"' EXIT",
  'printf \'IdentityFile "%s"\\nIdentitiesOnly yes\\nUserKnownHostsFile "%s"\\nStrictHostKeyChecking yes\\n\' "$WHERRY_SSH_KEY" "$WHERRY_KNOWN_HOSTS" > "$ssh/config"',
  'export WHERRY_SSH_CONFIG="$ssh/config"',
];
