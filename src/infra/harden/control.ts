import type { Severity } from "../../check/index.ts";

/** Where a control is described by others. A number only where it is sure, with the version that it is of. */
export type Source = string;

export const systems = ["debian 12", "debian 13", "ubuntu 22.04", "ubuntu 24.04", "ubuntu 26.04"] as const;

/**
 * One thing that a server should be. What is looked at and what is done are the shell functions `check_ID` and `fix_ID` of
 * scripts/*.sh; everything that is said about them is here.
 */
export interface Control {
  /** `ssh-root-login`; in shell with `_`. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  /** What is looked at. */
  readonly check: string;
  /** What `harden` does; undefined where a person has to decide. */
  readonly fix?: string;
  /** What `--undo` brings back; undefined where nothing can be. */
  readonly undo?: string;
  /** What a person does where `harden` does not. */
  readonly remedy?: string;
  /** The same where the server is this very machine, and that is something else. */
  readonly remedyHere?: string;
  readonly source: readonly Source[];
  /** Could lock people out: done under a timer that takes it back unless a new login has worked. */
  readonly guarded?: true;
  /** Only when asked for by name; until then it does not apply. */
  readonly optional?: true;
}

export interface ControlGroup {
  readonly title: string;
  readonly about: string;
  readonly controls: readonly Control[];
}
