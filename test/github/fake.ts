import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { components } from "@octokit/openapi-types";
import { onTestFinished } from "vitest";

type Schemas = components["schemas"];

/**
 * What the fake answers with. The types are those of GitHub's own description of its API: a field that is not there, or is of
 * another type, does not compile.
 */
export interface FakeRepository {
  readonly repository: Pick<Schemas["full-repository"], "default_branch" | "private" | "has_issues"> & {
    readonly security_and_analysis?: Schemas["full-repository"]["security_and_analysis"];
  };
  readonly rules: readonly Pick<Schemas["repository-rule-detailed"], "type">[];
  readonly branch: Pick<Schemas["branch-with-protection"], "protected"> & {
    readonly protection?: Pick<Schemas["branch-protection"], "required_status_checks">;
  };
  readonly runs: readonly Pick<
    Schemas["workflow-run"],
    "id" | "event" | "conclusion" | "run_started_at" | "updated_at"
  >[];
  readonly environments: readonly (Pick<Schemas["environment"], "name" | "deployment_branch_policy"> & {
    readonly protection_rules?: readonly { readonly type: string }[];
  })[];
  readonly pulls: readonly (Pick<Schemas["pull-request-simple"], "number" | "merged_at"> & {
    readonly user: Pick<Schemas["simple-user"], "login">;
    readonly reviews: readonly (Pick<Schemas["pull-request-review"], "state"> & {
      readonly user: Pick<Schemas["simple-user"], "login">;
    })[];
  })[];
  readonly issues: readonly (Pick<Schemas["issue"], "number" | "created_at" | "closed_at" | "state_reason"> & {
    readonly pull_request?: { readonly url: string };
  })[];
  readonly deployments: readonly Pick<Schemas["deployment"], "id" | "sha" | "environment" | "created_at">[];
  readonly alerts: readonly (Pick<Schemas["dependabot-alert"], "number"> & {
    readonly security_advisory: Pick<Schemas["dependabot-alert-security-advisory"], "severity">;
  })[];
}

export interface FakeGitHub {
  /** For GITHUB_API_URL. */
  readonly url: string;
  readonly requests: readonly { readonly method: string; readonly path: string; readonly token: string }[];
}

export interface FakeOptions {
  /** Paths below the repository that answer with this status instead; the empty path is the repository itself. */
  readonly refuses?: Readonly<Record<string, number>>;
  readonly redirect?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A GitHub on this machine with the one repository team/shop, for the time of one test. */
export async function fakeGitHub(data: FakeRepository, options: FakeOptions = {}): Promise<FakeGitHub> {
  const requests: { method: string; path: string; token: string }[] = [];
  const server = createServer((request, response) => {
    const { path, below } = pathOf(request);
    const token = (request.headers.authorization ?? "").replace("Bearer ", "");
    requests.push({ method: request.method ?? "", path, token });
    const send = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { "content-type": "application/json", ...options.headers, ...headers });
      response.end(JSON.stringify(body));
    };
    if (token !== "secret-token") return send(401, { message: "Bad credentials" });
    if (options.redirect !== undefined && path.startsWith("/repos/"))
      return send(301, {}, { location: options.redirect + below });
    const refused = options.refuses?.[below];
    if (refused !== undefined) return send(refused, { message: "no" });
    const body = answer(data, below);
    return body === undefined ? send(404, { message: "Not Found" }) : send(200, body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function pathOf(request: IncomingMessage): { readonly path: string; readonly below: string } {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  return { path, below: path.replace(/^\/(?:repos\/team\/shop|repositories\/1)/, "") };
}

function answer(data: FakeRepository, below: string): unknown {
  const reviews = /^\/pulls\/(\d+)\/reviews$/.exec(below)?.[1];
  if (reviews !== undefined) return data.pulls.find(({ number }) => number === Number(reviews))?.reviews;
  const answers: Readonly<Record<string, unknown>> = {
    "": data.repository,
    [`/rules/branches/${data.repository.default_branch}`]: data.rules,
    [`/branches/${data.repository.default_branch}`]: data.branch,
    "/actions/runs": { total_count: data.runs.length, workflow_runs: data.runs },
    "/environments": { total_count: data.environments.length, environments: data.environments },
    "/pulls": data.pulls,
    "/issues": data.issues,
    "/deployments": data.deployments,
    "/dependabot/alerts": data.alerts,
  };
  return answers[below];
}
