import type { Project, Service } from "./project.ts";

/** How much it matters: breaks, loses data or opens the door; will hurt one day; could be better. */
export type Severity = "error" | "warning" | "info";

/** The worst first. */
export const severities = ["error", "warning", "info"] as const satisfies readonly Severity[];

/** A text of the user and the name under which it is shown. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** A stretch of a file, in UTF-16 units from its start. */
export interface Spot {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** A change of a file that leaves every other byte as it was. */
export interface Edit extends Spot {
  readonly by: string;
}

/** What a rule found, before suppressions. */
export interface Problem {
  readonly at: Spot;
  readonly message: string;
  readonly service?: string | undefined;
  /** What to do here, where that is more precise than the rule's own remedy. */
  readonly remedy?: string;
  /** Where it matters less, or more, than the rule says. */
  readonly severity?: Severity;
  /** Makes the rule pass, and changes nothing of what the app does. All of them or none. */
  readonly edits?: readonly Edit[];
}

/** One entry of the table: everything about one rule. Its section of the manual is made from this. */
export interface Rule {
  /** `WHY` and three digits, the first of which is the group's. A promise: suppressions name it. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  /** How to put it right by hand. */
  readonly remedy: string;
  /** What `--fix` does; only where that is safe. */
  readonly fix?: string;
  readonly check: (project: Project) => readonly Problem[];
}

/** A rule that looks at each service by itself. */
export function eachService(
  look: (service: Service, project: Project) => readonly Problem[],
): (project: Project) => readonly Problem[] {
  return (project) =>
    project.services.flatMap((service) => look(service, project).map((found) => ({ service: service.name, ...found })));
}
