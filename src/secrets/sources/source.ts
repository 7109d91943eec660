import type { Secret } from "../../core/index.ts";

/** For which app and environment values are looked for. */
export interface SecretPlace {
  /** As wherry.yaml calls it. */
  readonly app: string;
  readonly environment: string;
  /** Folder of wherry.yaml, absolute. */
  readonly directory: string;
}

/**
 * One place that values of secrets come from. All of them look like this, whatever is behind: a file, a program, a service.
 * What a source does not have is missing in its answers; what stops it from answering is a WherryError that says how to go on.
 */
export interface SecretSource {
  /** For people: `age (secrets.production.age.yaml)`. */
  readonly title: string;
  /** Why nothing can be written there; undefined: it can. */
  readonly readOnly: string | undefined;
  /** Why nobody gets a value from here that was once written, though workflows may; undefined: not so. */
  readonly writeOnly?: string | undefined;
  /** Why values cannot be read from here at the moment, although their names can; undefined: they can. */
  unreadable(): Promise<string | undefined>;
  /** Names of what it has. A source that is full of other things, too, tells only of the `wanted` ones. */
  names(wanted: readonly string[]): Promise<readonly string[]>;
  /** ISO instants at which values were last written, where the source tells them. */
  readonly changed?: (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  read(names: readonly string[]): Promise<ReadonlyMap<string, Secret>>;
  /**
   * In one change, where the source has such a thing. Each is read back as exactly what was written; where one could not be,
   * all are refused. `notes`: what the user should know of it.
   */
  write(values: ReadonlyMap<string, Secret>): Promise<{ readonly notes: readonly string[] }>;
  /** Names that are not there are no error. */
  remove(names: readonly string[]): Promise<void>;
  /** Lets those read everything who should by now, and nobody else; undefined where the source itself knows who may. */
  readonly share?: () => Promise<{ readonly notes: readonly string[] }>;
}
