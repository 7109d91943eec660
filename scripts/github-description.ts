/**
 * Takes out of GitHub's published OpenAPI description what the fake GitHub of the tests answers, with everything it refers to.
 * The whole is 13 MB: in the repository lies only this part, made by
 *   npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-*.tgz package/generated/api.github.com.json
 *   node scripts/github-description.ts package/generated/api.github.com.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Mapping = { readonly [key: string]: Json };

const repo = "/repos/{owner}/{repo}";
const environment = `${repo}/environments/{environment_name}`;
const secretsAndVariables = (base: string): Readonly<Record<string, readonly string[]>> => ({
  [`${base}/secrets`]: ["get"],
  [`${base}/secrets/public-key`]: ["get"],
  [`${base}/secrets/{secret_name}`]: ["put"],
  [`${base}/variables`]: ["get", "post"],
  [`${base}/variables/{name}`]: ["patch"],
});

/** What Wherry asks for, and no more: any other request is a failed test. */
const operations: Readonly<Record<string, readonly string[]>> = {
  "/user": ["get"],
  "/users/{username}": ["get"],
  "/orgs/{org}": ["get"],
  "/orgs/{org}/teams/{team_slug}": ["get"],
  "/app/installations/{installation_id}/access_tokens": ["post"],
  [repo]: ["get", "patch"],
  [`${repo}/installation`]: ["get"],
  [`${repo}/actions/permissions/workflow`]: ["get", "put"],
  [`${repo}/actions/permissions/fork-pr-contributor-approval`]: ["get", "put"],
  [`${repo}/private-vulnerability-reporting`]: ["get", "put"],
  [`${repo}/vulnerability-alerts`]: ["get", "put"],
  [`${repo}/labels`]: ["get", "post"],
  [`${repo}/rulesets`]: ["get", "post"],
  [`${repo}/rulesets/{ruleset_id}`]: ["get", "put"],
  [`${repo}/environments`]: ["get"],
  [environment]: ["put"],
  [`${environment}/deployment-branch-policies`]: ["get", "post"],
  ...secretsAndVariables(environment),
  [`${environment}/secrets/{secret_name}`]: ["put", "delete"],
  ...secretsAndVariables(`${repo}/actions`),
};

/** Words for people, which no test looks at. */
const words = new Set(["description", "summary", "externalDocs", "x-github", "tags", "title", "operationId"]);

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("which file? See the head of this script");
const whole = JSON.parse(readFileSync(file, "utf8")) as Mapping;
const components: Record<string, Record<string, Json>> = {};

const paths = Object.fromEntries(
  Object.entries(operations).map(([path, methods]) => {
    const entry = at(whole, ["paths", path]);
    return [path, Object.fromEntries(methods.map((method) => [method, take(at(entry, [method]))]))];
  }),
);
const out = resolve(import.meta.dirname, "../test/github/fake/description.json");
writeFileSync(out, `${JSON.stringify({ info: { version: at(whole, ["info", "version"]) }, paths, components })}\n`);

function take(value: Json, inProperties = false): Json {
  if (Array.isArray(value)) return value.map((one) => take(one as Json));
  if (value === null || typeof value !== "object") return value;
  const mapping = value as Mapping;
  const ref = mapping["$ref"];
  if (typeof ref === "string") remember(ref);
  return Object.fromEntries(
    Object.entries(mapping).flatMap(([key, one]): readonly [string, Json][] => {
      if (!inProperties && (words.has(key) || key === "example")) return [];
      // One example is enough to build an answer upon; the others only weigh.
      if (!inProperties && key === "examples")
        return [[key, take(Object.fromEntries(Object.entries(one as Mapping).slice(0, 1)))]];
      if (key === "value" && typeof one === "object") return [[key, one]];
      return [[key, take(one, key === "properties")]];
    }),
  );
}

function remember(ref: string): void {
  const [, , kind = "", name = ""] = ref.split("/");
  const known = (components[kind] ??= {});
  if (Object.hasOwn(known, name)) return;
  known[name] = null;
  known[name] = take(at(whole, ["components", kind, name]));
}

function at(value: Json, path: readonly string[]): Json {
  return path.reduce<Json>((inner, key) => {
    const found = (inner as Mapping)[key];
    if (found === undefined) throw new Error(`the description has no ${path.join(" ")}`);
    return found;
  }, value);
}
