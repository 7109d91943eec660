/** GitHub as a place that knows things about a repository. Only read. */
export { openGitHub } from "./client.ts";
export type { GitHub, GitHubAnswer } from "./client.ts";
export { repositoryOn } from "./place.ts";
export type { GitHubPlace } from "./place.ts";
export { readRepositoryFacts } from "./facts.ts";
export type { Fact, RepositoryFacts } from "./facts.ts";
