import type { GitHubApi } from "../github/index.ts";
import type { Account, SettingWish } from "./model.ts";

/** What is known of the repository once it was asked for itself. */
export interface RepositoryAnswer {
  readonly delete_branch_on_merge?: boolean;
  readonly security_and_analysis?: {
    readonly secret_scanning?: { readonly status?: string };
    readonly secret_scanning_push_protection?: { readonly status?: string };
  } | null;
}

interface Setting {
  readonly id: string;
  readonly title: string;
  readonly wanted: string;
  /** GitHub has it for public repositories alone. */
  readonly public?: true;
  readonly read: (api: GitHubApi, repository: RepositoryAnswer) => Promise<string>;
  readonly write: (api: GitHubApi) => Promise<unknown>;
}

const on = "on";
const off = "off";
const word = (yes: boolean | undefined): string => (yes === true ? on : off);

/** The settings of a repository that matter for what is deployed from it: the one table. */
const settings: readonly Setting[] = [
  {
    id: "delete-branch-on-merge",
    title: "merged branches are deleted",
    wanted: on,
    read: async (_, repository) => word(repository.delete_branch_on_merge),
    write: (api) => api.request("PATCH /repos/{owner}/{repo}", { ...names(api), delete_branch_on_merge: true }),
  },
  {
    id: "workflow-token",
    title: "the token of workflows may",
    wanted: "read, and not approve",
    async read(api) {
      const { data } = await api.request("GET /repos/{owner}/{repo}/actions/permissions/workflow", names(api));
      return `${data.default_workflow_permissions}, and ${data.can_approve_pull_request_reviews ? "approve" : "not approve"}`;
    },
    write: (api) =>
      api.request("PUT /repos/{owner}/{repo}/actions/permissions/workflow", {
        ...names(api),
        default_workflow_permissions: "read",
        can_approve_pull_request_reviews: false,
      }),
  },
  {
    id: "dependency-alerts",
    title: "alerts on dependencies with known weaknesses",
    wanted: on,
    async read(api) {
      const path = "GET /repos/{owner}/{repo}/vulnerability-alerts";
      // GitHub says 404 for off.
      const answer = await api.request(path, names(api)).catch((error: unknown) => notFound(error));
      return word(answer !== undefined);
    },
    write: (api) => api.request("PUT /repos/{owner}/{repo}/vulnerability-alerts", names(api)),
  },
  {
    id: "fork-approval",
    title: "workflows on pull requests of others run after approval, for",
    wanted: "all_external_contributors",
    public: true,
    async read(api) {
      const path = "GET /repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval";
      return (await api.request(path, names(api))).data.approval_policy;
    },
    write: (api) =>
      api.request("PUT /repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval", {
        ...names(api),
        approval_policy: "all_external_contributors",
      }),
  },
  {
    id: "private-reports",
    title: "weaknesses can be reported in private",
    wanted: on,
    public: true,
    async read(api) {
      return word(
        (await api.request("GET /repos/{owner}/{repo}/private-vulnerability-reporting", names(api))).data.enabled,
      );
    },
    write: (api) => api.request("PUT /repos/{owner}/{repo}/private-vulnerability-reporting", names(api)),
  },
  {
    id: "secret-scanning",
    title: "secrets in commits are looked for",
    wanted: on,
    public: true,
    read: async (_, { security_and_analysis: all }) => word(all?.secret_scanning?.status === "enabled"),
    write: (api) =>
      api.request("PATCH /repos/{owner}/{repo}", {
        ...names(api),
        security_and_analysis: { secret_scanning: { status: "enabled" } },
      }),
  },
  {
    id: "push-protection",
    title: "pushes with secrets are refused",
    wanted: on,
    public: true,
    read: async (_, { security_and_analysis: all }) => word(all?.secret_scanning_push_protection?.status === "enabled"),
    write: (api) =>
      api.request("PATCH /repos/{owner}/{repo}", {
        ...names(api),
        security_and_analysis: { secret_scanning_push_protection: { status: "enabled" } },
      }),
  },
];

/** Those that the account has. */
export function wantedSettings({ visibility }: Account): readonly SettingWish[] {
  return settings
    .filter((setting) => setting.public !== true || visibility === "public")
    .map(({ id, wanted }) => ({ id, value: wanted }));
}

export function settingOf(id: string): Setting {
  const found = settings.find((setting) => setting.id === id);
  if (found === undefined) throw new Error(`there is no setting ${id}`);
  return found;
}

export function names({ place }: GitHubApi): { readonly owner: string; readonly repo: string } {
  return { owner: place.owner, repo: place.name };
}

function notFound(error: unknown): undefined {
  if (typeof error === "object" && error !== null && "status" in error && error.status === 404) return undefined;
  throw error;
}
