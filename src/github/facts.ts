import * as z from "zod";
import type { GitHub } from "./client.ts";

/** One thing that GitHub was asked: what it said, or why that is not known. `asked` is the question as one could repeat it. */
export type Fact<T> =
  | { readonly known: true; readonly asked: string; readonly value: T }
  | { readonly known: false; readonly asked: string; readonly reason: string };

/** What GitHub knows of a repository, each part for itself: a token may see some of it and not the rest. */
export interface RepositoryFacts {
  readonly repository: Fact<z.infer<typeof Repository>>;
  /** Rules of rulesets on the default branch; the types, once each, and what they ask for. */
  readonly rules: Fact<readonly Rule[]>;
  readonly branch: Fact<z.infer<typeof Branch>>;
  /** Newest first, of the default branch. */
  readonly runs: Fact<readonly z.infer<typeof Run>[]>;
  readonly environments: Fact<readonly z.infer<typeof Environment>[]>;
  /** Newest merged pull requests, each with whether somebody else than its author has reviewed it. */
  readonly merged: Fact<readonly { readonly number: number; readonly reviewed: boolean }[]>;
  /** Newest issues that were closed as completed; pull requests are not here. */
  readonly closedIssues: Fact<readonly z.infer<typeof Issue>[]>;
  readonly deployments: Fact<readonly z.infer<typeof Deployment>[]>;
  /** Open alerts on dependencies, at most 100. */
  readonly alerts: Fact<readonly z.infer<typeof Alert>[]>;
}

const Repository = z.object({
  default_branch: z.string(),
  private: z.boolean(),
  has_issues: z.boolean(),
  security_and_analysis: z
    .object({
      secret_scanning: z.object({ status: z.string().optional() }).optional(),
      secret_scanning_push_protection: z.object({ status: z.string().optional() }).optional(),
      dependabot_security_updates: z.object({ status: z.string().optional() }).optional(),
    })
    .nullish(),
});

const Rule = z.object({
  type: z.string(),
  parameters: z.object({ required_approving_review_count: z.number().optional() }).optional(),
});
type Rule = z.infer<typeof Rule>;

const Branch = z.object({
  protected: z.boolean(),
  protection: z
    .object({
      required_status_checks: z
        .object({ enforcement_level: z.string().optional(), contexts: z.array(z.string()) })
        .optional(),
    })
    .optional(),
});

const Run = z.object({
  id: z.number(),
  event: z.string(),
  conclusion: z.string().nullable(),
  run_started_at: z.string().optional(),
  updated_at: z.string(),
});

const Environment = z.object({
  name: z.string(),
  protection_rules: z.array(z.object({ type: z.string() })).optional(),
  deployment_branch_policy: z.unknown().optional(),
});

const PullRequest = z.object({
  number: z.number(),
  merged_at: z.string().nullable(),
  user: z.object({ login: z.string() }).nullable(),
});

const Review = z.object({ user: z.object({ login: z.string() }).nullable(), state: z.string() });

const Issue = z.object({
  number: z.number(),
  created_at: z.string(),
  closed_at: z.string().nullable(),
  state_reason: z.string().nullish(),
  pull_request: z.unknown().optional(),
});

const Deployment = z.object({ id: z.number(), sha: z.string(), environment: z.string(), created_at: z.string() });

const Alert = z.object({
  number: z.number(),
  security_advisory: z.object({ severity: z.string() }),
});

/** Reviews are one question for each pull request: enough to see a habit. */
const reviewedSample = 10;

/** Asks for everything at most once; about twenty questions. Never throws: what is not answered says why. */
export async function readRepositoryFacts(github: GitHub): Promise<RepositoryFacts> {
  const read = async <S extends z.ZodType>(path: string, schema: S): Promise<Fact<z.infer<S>>> => {
    const { owner, name } = github.place;
    const asked = `GET /repos/${owner}/${name}${path}`;
    const answer = await github.ask(path);
    if (!answer.ok) return { known: false, asked, reason: answer.reason };
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return { known: true, asked, value: parsed.data };
    return { known: false, asked, reason: "the answer has another shape than the one that GitHub describes" };
  };

  const repository = await read("", Repository);
  if (!repository.known) return nothingBut(repository);
  const branch = encodeURIComponent(repository.value.default_branch);
  const [rules, branchFact, runs, environments, closed, issues, deployments, alerts] = await Promise.all([
    read(`/rules/branches/${branch}?per_page=100`, z.array(Rule)),
    read(`/branches/${branch}`, Branch),
    read(`/actions/runs?branch=${branch}&status=completed&per_page=50`, z.object({ workflow_runs: z.array(Run) })),
    read("/environments?per_page=100", z.object({ environments: z.array(Environment).optional() })),
    read("/pulls?state=closed&sort=updated&direction=desc&per_page=30", z.array(PullRequest)),
    read("/issues?state=closed&sort=updated&direction=desc&per_page=50", z.array(Issue)),
    read("/deployments?per_page=50", z.array(Deployment)),
    read("/dependabot/alerts?state=open&per_page=100", z.array(Alert)),
  ]);
  return {
    repository,
    rules,
    branch: branchFact,
    runs: map(runs, ({ workflow_runs }) => workflow_runs),
    environments: map(environments, ({ environments: list = [] }) => list),
    merged: await reviewsOf(closed, (number) => read(`/pulls/${number}/reviews?per_page=100`, z.array(Review))),
    closedIssues: map(issues, (list) =>
      list.filter((issue) => issue.pull_request === undefined && (issue.state_reason ?? "completed") === "completed"),
    ),
    deployments,
    alerts,
  };
}

function nothingBut(repository: Fact<never> & { readonly known: false }): RepositoryFacts {
  return {
    repository,
    rules: repository,
    branch: repository,
    runs: repository,
    environments: repository,
    merged: repository,
    closedIssues: repository,
    deployments: repository,
    alerts: repository,
  };
}

function map<A, B>(fact: Fact<A>, change: (value: A) => B): Fact<B> {
  return fact.known ? { ...fact, value: change(fact.value) } : fact;
}

async function reviewsOf(
  closed: Fact<readonly z.infer<typeof PullRequest>[]>,
  reviews: (number: number) => Promise<Fact<readonly z.infer<typeof Review>[]>>,
): Promise<RepositoryFacts["merged"]> {
  if (!closed.known) return closed;
  const merged = closed.value.filter(({ merged_at }) => merged_at !== null).slice(0, reviewedSample);
  const asked = await Promise.all(merged.map(({ number }) => reviews(number)));
  const missing = asked.find((fact) => !fact.known);
  if (missing !== undefined && !missing.known) return missing;
  return {
    ...closed,
    value: merged.map(({ number, user }, index) => {
      const fact = asked[index];
      const given = fact?.known === true ? fact.value : [];
      const byOther = given.some((review) => review.user !== null && review.user.login !== user?.login);
      return { number, reviewed: byOther };
    }),
  };
}
