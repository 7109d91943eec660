/** How a repository's host should be set up, how it is, and what has to be done: plain data. */

/** What decides what can be had. */
export interface Account {
  readonly visibility: "public" | "private";
  readonly owner: "user" | "organization";
  /** Undefined where the token does not show it. */
  readonly plan: "free" | "pro" | "team" | "enterprise" | undefined;
  /** GitHub's own, where the numbers of its apps are known. */
  readonly githubCom: boolean;
}

/** A branch or tag that may be deployed. */
export interface RefPolicy {
  readonly type: "branch" | "tag";
  readonly name: string;
}

export interface Reviewer {
  readonly type: "User" | "Team";
  readonly id: number;
  /** `ada`, or `acme/ops`. */
  readonly name: string;
}

/** The protection of one environment. */
export interface EnvironmentWish {
  readonly name: string;
  /** Undefined: every ref may be deployed here. */
  readonly refs: readonly RefPolicy[] | undefined;
  /** Undefined: whoever is there stays. */
  readonly reviewers: readonly Reviewer[] | undefined;
  readonly secrets: readonly SecretWish[];
  /** Are the values of here together long enough for a fingerprint? */
  readonly fingerprint: boolean;
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

/** A secret by name. Its value is not here: it is handed over apart from everything that is printed. */
export interface SecretWish {
  readonly name: string;
  /** Is there a value here that could be set? `made`: for this run alone, so that no later one can compare it. */
  readonly value: "here" | "made" | "none";
}

export interface Ruleset {
  readonly name: string;
  readonly target: "branch" | "tag";
  readonly enforcement: "active" | "disabled" | "evaluate";
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly bypass: readonly BypassActor[];
  readonly rules: readonly Rule[];
}

export interface BypassActor {
  readonly actor_type: string;
  readonly actor_id: number | null;
  readonly bypass_mode: string;
}

export interface Rule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

export interface Label {
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

/** A setting of the repository, as a word. */
export interface SettingWish {
  readonly id: string;
  readonly value: string;
}

export interface Wanted {
  readonly settings: readonly SettingWish[];
  readonly labels: readonly Label[];
  readonly environments: readonly EnvironmentWish[];
  readonly rulesets: readonly Ruleset[];
}

export interface PresentEnvironment {
  readonly name: string;
  /** Seconds are not asked for: GitHub counts in minutes. */
  readonly waitMinutes: number;
  readonly reviewers: readonly Reviewer[];
  readonly preventSelfReview: boolean;
  /** `any`: every ref. `protected`: branches with protection. `custom`: those of the policies. */
  readonly refs: "any" | "protected" | "custom";
  readonly policies: readonly RefPolicy[];
  readonly secrets: readonly { readonly name: string; readonly updatedAt: string }[];
  readonly variables: readonly { readonly name: string; readonly value: string; readonly updatedAt: string }[];
}

export interface PresentRuleset extends Ruleset {
  readonly id: number;
}

export interface Present {
  /** Those that could be read. */
  readonly settings: ReadonlyMap<string, string>;
  readonly labels: readonly string[];
  readonly environments: readonly PresentEnvironment[];
  /** Wherry's own alone. */
  readonly rulesets: readonly PresentRuleset[];
}

/** One line of a difference. */
export interface Field {
  readonly name: string;
  /** Null: not there. */
  readonly before: string | null;
  readonly after: string;
}

interface Head {
  /** `environment production`, `secret DB_PASSWORD of production` */
  readonly title: string;
  readonly verb: "create" | "update";
  readonly fields: readonly Field[];
}

export type Change = Head &
  (
    | { readonly kind: "setting"; readonly id: string; readonly value: string }
    | { readonly kind: "label"; readonly label: Label }
    | { readonly kind: "environment"; readonly environment: string; readonly protection: Protection }
    | { readonly kind: "policy"; readonly environment: string; readonly policy: RefPolicy }
    | { readonly kind: "variable"; readonly environment: string; readonly name: string; readonly value: string }
    | { readonly kind: "secret"; readonly environment: string; readonly name: string }
    /** Says which values were set, so that the next run knows without seeing them. */
    | { readonly kind: "fingerprint"; readonly environment: string; readonly names: readonly string[] }
    | { readonly kind: "ruleset"; readonly id: number | undefined; readonly ruleset: Ruleset }
  );

/** All that GitHub keeps in one place and replaces as a whole. */
export interface Protection {
  readonly waitMinutes: number;
  readonly reviewers: readonly Reviewer[];
  readonly preventSelfReview: boolean;
  readonly refs: PresentEnvironment["refs"];
}

/** Something that cannot be had here, and what stands in. */
export interface Limit {
  readonly what: string;
  readonly reason: string;
  readonly instead: string;
}
