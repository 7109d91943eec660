/** GitHub as a place that knows things about a repository: asked (`openGitHub`), and asked and changed (`openGitHubApi`). */
export { openGitHubApi } from "./api.ts";
export type { GitHubApi } from "./api.ts";
export { openGitHub } from "./client.ts";
export type { GitHub, GitHubAnswer } from "./client.ts";
export { repositoryOn } from "./place.ts";
export type { GitHubPlace } from "./place.ts";
export { readRepositoryFacts } from "./facts.ts";
export type { Fact, RepositoryFacts } from "./facts.ts";
export { seal } from "./seal.ts";
export { explainTrouble, refusalOf, refusedByPlan } from "./trouble.ts";
