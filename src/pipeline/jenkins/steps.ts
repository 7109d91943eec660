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

/**
 * `when` for the release rules of an environment: tags that merely look like releases too, so that the gate ends them with the
 * reason. A build that the clock started is for the schedule alone, whatever its branch is.
 */
export function conditionsOf({ rules }: EnvironmentRule): readonly Line[] {
  return rules.map((rule) => {
    if (rule.kind === "schedule") return byClock;
    if (rule.kind === "tag") return `tag pattern: ${quoted(tagPattern(rule.pattern))}, comparator: 'REGEXP'`;
    const branch = `branch pattern: ${quoted(branchPattern(rule.pattern))}, comparator: 'REGEXP'`;
    return block("allOf", [branch, block("not", [byClock])]);
  });
}

const byClock = "triggeredBy 'TimerTrigger'";

/** Jenkins does not tell which of several times started a build: the first schedule is the one that it has. */
export function schedulesLeftOut(environments: readonly EnvironmentStage[]): readonly EnvironmentStage[] {
  return environments.filter(({ rule }) => rule.rules.some(({ kind }) => kind === "schedule")).slice(1);
}

function tagPattern(pattern: string): string {
  const around = aroundVersion(pattern);
  if (around === undefined) return escape(pattern);
  return around.before === ""
    ? `[0-9].*${escape(around.behind)}`
    : `${escape(around.before)}.*${escape(around.behind)}`;
}

/** `*` is anything but `/`, `**` anything: the same as everywhere in Wherry. */
function branchPattern(pattern: string): string {
  const parts = pattern.match(/\*\*|\*|[^*]+/g) ?? [];
  return parts.map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : escape(part))).join("");
}

/** For java.util.regex, which matches whole names here. */
function escape(text: string): string {
  return text.replaceAll(/[^\w\u0080-\uffff/-]/g, String.raw`\$&`);
}

/** Any of several conditions. */
export function anyOf(conditions: readonly Line[]): Line {
  const [first, ...others] = conditions;
  return first !== undefined && others.length === 0 ? first : block("anyOf", conditions);
}

/**
 * Secrets that have to be in Jenkins. A credential that is not there fails the build, where other hosts hand over nothing: so what
 * the repository has itself is not asked for.
 */
export function credentialsOf({ secrets, inRepository }: EnvironmentStage): readonly string[] {
  return secrets.filter((secret) => !inRepository.includes(secret));
}

/** The environment's own credentials, by their names in Jenkins: `production-WHERRY_SSH_KEY` and so on. */
export function withCredentials(environment: EnvironmentStage, lines: readonly Line[]): Block {
  const { name } = environment;
  const id = (credential: string): string => quoted(`${name}-${credential}`);
  const bindings = [
    `sshUserPrivateKey(credentialsId: ${id("WHERRY_SSH_KEY")}, keyFileVariable: 'WHERRY_SSH_KEY')`,
    `file(credentialsId: ${id("WHERRY_KNOWN_HOSTS")}, variable: 'WHERRY_KNOWN_HOSTS')`,
    ...credentialsOf(environment).map((secret) => `string(credentialsId: ${id(secret)}, variable: ${quoted(secret)})`),
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
