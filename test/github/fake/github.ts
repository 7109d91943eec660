import { verify } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { answers } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { example, match, requestProblems, responseProblems } from "./description.ts";
import { createWorld } from "./world.ts";
import type { FakeAccount, World } from "./world.ts";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  /** As it came over the wire. */
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

/** What the fake does in place of an answer: another answer, or a connection that is cut. */
export type Trouble = (request: Seen) => Answer | "cut" | undefined;

export interface FakeSetup {
  /** For GITHUB_API_URL. */
  readonly url: string;
  readonly token: string;
  readonly world: World;
  readonly requests: readonly Seen[];
  /** Those that change something. */
  changes(): readonly Seen[];
  forget(): void;
  trouble: Trouble | undefined;
  /** Scopes of a classic token; undefined: a fine-grained one, which may do everything. */
  scopes: readonly string[] | undefined;
  /** Public key (PEM) of a GitHub App that may ask for a token here. */
  appKey: string | undefined;
  /** Somebody gives a secret another value on GitHub's page. */
  setByHand(environment: string, name: string, value: string): void;
}

const appToken = "ghs_made-for-this-repository";

/**
 * GitHub on this machine with the one repository acme/shop, for the time of one test. Every request and every answer is held
 * against GitHub's published description; what does not fit fails the test at its end, whatever the program made of it.
 */
export async function fakeGitHub(account: Partial<FakeAccount> = {}): Promise<FakeSetup> {
  const world = await createWorld({
    plan: "team",
    visibility: "private",
    owner: "Organization",
    showsPlan: true,
    admin: true,
    ...account,
  });
  const requests: Seen[] = [];
  const violations: string[] = [];
  const fake: Omit<FakeSetup, "url"> = {
    token: "ghp_the-token-of-the-tests",
    world,
    requests,
    changes: () => requests.filter(({ method }) => method !== "GET"),
    forget: () => (requests.length = 0),
    trouble: undefined,
    scopes: ["repo", "read:org"],
    appKey: undefined,
    setByHand(environment, name, value) {
      const secrets = world.environments.get(environment)?.secrets;
      const before = secrets?.get(name);
      if (secrets === undefined || before === undefined) throw new Error(`${environment} has no ${name}`);
      secrets.set(name, { ...before, value, updatedAt: world.tick() });
    },
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      violations.push(String(error));
      response.destroy();
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const method = request.method ?? "GET";
    const body = await text(request);
    const matched = match(method, pathname);
    if (matched === undefined) {
      violations.push(`${method} ${pathname} is nothing that GitHub has, or Wherry should ask for`);
      return send(response, { status: 404, body: { message: "Not Found" } });
    }
    const seen = { method, path: pathname, operation: matched.operation, text: body, headers: request.headers };
    requests.push(seen);
    const read = body === "" ? undefined : (JSON.parse(body) as Readonly<Record<string, unknown>>);
    for (const problem of requestProblems(matched, read)) violations.push(`${method} ${pathname}: ${problem}`);
    if (request.headers["x-github-api-version"] !== "2022-11-28" && !pathname.startsWith("/app"))
      if (!pathname.endsWith("/installation")) violations.push(`${method} ${pathname}: no version of the API`);
    const trouble = fake.trouble?.(seen);
    if (trouble === "cut") return void response.destroy();
    const answer =
      trouble ??
      refusal(request, matched.operation) ??
      answerOf(matched.operation, matched.parameters, read, searchParams);
    for (const problem of responseProblems(matched, answer.status, answer.body))
      violations.push(`the fake answers ${method} ${pathname} with ${answer.status}: ${problem}`);
    send(response, answer);
  }

  function answerOf(
    operation: string,
    parameters: Readonly<Record<string, string>>,
    body: Readonly<Record<string, unknown>> = {},
    query = new URLSearchParams(),
  ): Answer {
    if (operation === "GET /repos/{owner}/{repo}/installation")
      return { status: 200, body: { ...example("installation"), id: 7 } };
    if (operation === "POST /app/installations/{installation_id}/access_tokens")
      return {
        status: 201,
        body: { ...example("installation-token"), token: appToken, expires_at: "2099-01-01T00:00:00Z" },
      };
    const handler = answers[operation];
    if (handler === undefined) throw new Error(`the fake has no answer to ${operation}`);
    if (parameters["owner"] !== undefined && `${parameters["owner"]}/${parameters["repo"]}` !== "acme/shop")
      return { status: 404, body: { message: "Not Found" } };
    return handler(world, { parameters, body, query });
  }

  /** What GitHub says to a token that may not do this. */
  function refusal(request: IncomingMessage, operation: string): Answer | undefined {
    const given = (request.headers.authorization ?? "").replace(/^(?:bearer|token) /i, "");
    const forApp = operation.includes("/installation");
    if (forApp) return fake.appKey !== undefined && isSigned(given, fake.appKey) ? undefined : badCredentials;
    if (given === appToken && fake.appKey !== undefined) return undefined;
    if (given !== fake.token) return badCredentials;
    if (fake.scopes === undefined || operation.startsWith("GET ") || fake.scopes.includes("repo")) return undefined;
    return {
      status: 404,
      body: { message: "Not Found" },
      headers: { "x-oauth-scopes": fake.scopes.join(", "), "x-accepted-oauth-scopes": "repo" },
    };
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    if (violations.length > 0) throw new Error(`not as GitHub describes it:\n${[...new Set(violations)].join("\n")}`);
  });
  return Object.assign(fake, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

const badCredentials: Answer = { status: 401, body: { message: "Bad credentials" } };

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Is it a JSON Web Token that the App's key has signed? */
function isSigned(token: string, publicKey: string): boolean {
  const [head = "", claims = "", signature = ""] = token.split(".");
  if (signature === "") return false;
  return verify("RSA-SHA256", Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, "base64url"));
}
