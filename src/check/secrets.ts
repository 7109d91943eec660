import type { Spot } from "./model.ts";
import { partAt, variablesOf } from "./part.ts";
import type { Variable } from "./part.ts";
import type { Instruction } from "./dockerfile.ts";
import { splitWords } from "./part.ts";
import type { Project, Service } from "./project.ts";

/** Passwords and keys that stand in the files in clear: found, so that they can be reported, and never be shown. */

const name =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|SECRETS|TOKEN|API_?KEY|APIKEY|PRIVATE_?KEY|ACCESS_?KEY|SECRET_?KEY|MASTER_?KEY|ENCRYPTION_?KEY|CREDENTIALS?|AUTH_?KEY|SALT)(_|$|\d)/i;
/** The name of a file, a time, a length: about a secret, and none. */
const harmless =
  /_(FILE|PATH|DIR|NAME|ID|URL|URI|HOST|TTL|LENGTH|EXPIRY|EXPIRES|EXPIRES_IN|LIFETIME|ROUNDS|ISSUER|POLICY|ENABLED|REQUIRED|TYPE|ALGORITHM|HEADER)$|^(PWD|OLDPWD)$|PUBLIC/i;
const words = /^(|true|false|yes|no|on|off|none|null|\d{1,3})$/i;
/** `postgres://user:password@host`. */
const credentials = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:([^\s@/]+)@/i;

export function isSecretName(text: string): boolean {
  return name.test(text) && !harmless.test(text);
}

/** Is this value of this variable a secret that anybody who has the file can read? */
export function isOpenSecret(variable: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  const password = credentials.exec(value)?.[1];
  if (password !== undefined && !isReference(password)) return true;
  return isSecretName(variable) && !words.test(value) && !isReference(value) && !value.startsWith("/run/secrets/");
}

/**
 * `${NAME}`, also among other text: the secret itself is elsewhere. So it is with `{{name}}`, which an entrypoint fills in
 * from a file: that of wherry init does.
 */
function isReference(value: string): boolean {
  return /\$\{?[A-Za-z_]|\{\{\s*[A-Za-z_][\w.-]*\s*\}\}/.test(value);
}

/** As written: a value that comes from `${NAME}` is not open, even where it is known here. */
export function openSecretsIn(variables: readonly Variable[]): readonly Variable[] {
  return variables.filter((variable) => {
    const { source, start, end } = variable.part;
    return !isReference(source.text.slice(start, end)) && isOpenSecret(variable.name, variable.value);
  });
}

export interface DefaultSecret extends Variable {
  readonly reference: string;
}

/** `${DB_PASSWORD:-postgres}`: the password of everybody who forgets to set one. */
export function defaultSecretsIn(variables: readonly Variable[]): readonly DefaultSecret[] {
  return variables.flatMap((variable) => {
    const { source, start, end } = variable.part;
    const match = /\$\{([A-Za-z_]\w*):?-([^}$\s]+)\}/.exec(source.text.slice(start, end));
    const [, reference = "", word = ""] = match ?? [];
    if (match === null || words.test(word)) return [];
    return isSecretName(variable.name) || isSecretName(reference) ? [{ ...variable, reference }] : [];
  });
}

export function buildArgumentsOf(service: Service): readonly Variable[] {
  return variablesOf(partAt(service.part, "build", "args"));
}

export interface DockerfileSecret {
  readonly name: string;
  readonly at: Instruction;
  /** False for an ARG that only says that a value will come. */
  readonly open: boolean;
}

/** ENV with a value, and ARG: both stay in the image, where `docker history` shows them. */
export function dockerfileSecrets(instructions: readonly Instruction[]): readonly DockerfileSecret[] {
  return instructions.flatMap((at) => {
    if (at.keyword !== "ENV" && at.keyword !== "ARG") return [];
    const pairs = /^\S+=/.test(at.text)
      ? splitWords(at.text).map((word) => [word.split("=")[0] ?? "", word.slice(word.indexOf("=") + 1)] as const)
      : [[at.text.split(/\s/)[0] ?? "", at.keyword === "ENV" ? at.text.replace(/^\S+\s*/, "") : undefined] as const];
    return pairs.flatMap(([key, value]): DockerfileSecret[] => {
      if (isOpenSecret(key, value)) return [{ name: key, at, open: true }];
      return at.keyword === "ARG" && isSecretName(key) ? [{ name: key, at, open: false }] : [];
    });
  });
}

/** Where something secret is written. Everything that shows lines of the files leaves these out. */
export function secretSpots(project: Project): readonly Spot[] {
  const inCompose = [...project.sections.services.values()].flatMap((part) => {
    const variables = [...variablesOf(partAt(part, "environment")), ...variablesOf(partAt(part, "build", "args"))];
    return [...openSecretsIn(variables), ...defaultSecretsIn(variables)].map(valueSpot);
  });
  const inDockerfiles = project.dockerfiles.flatMap((file) =>
    dockerfileSecrets(file.stages.flatMap(({ instructions }) => instructions))
      .filter(({ open }) => open)
      .map(({ at, name: variable }) => behind(at, variable)),
  );
  return [...inCompose, ...inDockerfiles];
}

/** Of `NAME=value` only the value. */
function valueSpot({ name: variable, part }: Variable): Spot {
  const { source, start, end } = part;
  const written = source.text.slice(start, end);
  const at = written.search(new RegExp(`^["']?${variable.replaceAll(/\W/g, "\\$&")}=`));
  return at === -1 ? { source, start, end } : { source, start: start + written.indexOf("=") + 1, end };
}

function behind(at: Instruction, variable: string): Spot {
  const from = at.source.text.indexOf(variable, at.start);
  return { source: at.source, start: Math.max(from, at.start) + variable.length + 1, end: at.end };
}
