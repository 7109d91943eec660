/* oxlint-disable max-lines -- a table: one entry per command, and no code */
import type { AnyCommand } from "./definition.ts";

/** One entry per command: its words, one line on it, and where it is. Help and the manual are generated from this table. */
export interface Route {
  readonly words: readonly [string, ...string[]];
  readonly brief: string;
  readonly group: keyof typeof groups;
  /** Loaded when the command is called, and not before: start-up pays for nothing else. */
  readonly load: () => Promise<AnyCommand>;
}

/** Headings of help and manual, in this order. */
export const groups = {
  begin: "Begin",
  deploy: "Deploy",
  look: "See what is there",
  data: "Data",
  secrets: "Secrets",
  server: "Servers",
  machines: "Machines",
  pipeline: "Pipelines",
  catalog: "Ready services",
} as const;

export const routes: readonly Route[] = [
  {
    words: ["init"],
    brief: "Make a repository ready to be deployed",
    group: "begin",
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    words: ["plan"],
    brief: "Say what a deployment would do",
    group: "deploy",
    load: async () => (await import("./commands/plan.ts")).plan,
  },
  {
    words: ["check"],
    brief: "Find what would go wrong in production",
    group: "deploy",
    load: async () => (await import("./commands/check.ts")).check,
  },
  {
    words: ["deploy"],
    brief: "Make what is checked out live",
    group: "deploy",
    load: async () => (await import("./commands/deploy.ts")).deploy,
  },
  {
    words: ["rollback"],
    brief: "Go back to an earlier release",
    group: "deploy",
    load: async () => (await import("./commands/rollback.ts")).rollback,
  },
  {
    words: ["promote"],
    brief: "Let a canary go on",
    group: "deploy",
    load: async () => (await import("./commands/promote.ts")).promote,
  },
  {
    words: ["pause"],
    brief: "Leave a canary at its share",
    group: "deploy",
    load: async () => (await import("./commands/pause.ts")).pause,
  },
  {
    words: ["abort"],
    brief: "Take a canary back",
    group: "deploy",
    load: async () => (await import("./commands/abort.ts")).abort,
  },
  {
    words: ["remove"],
    brief: "Take an environment off its server",
    group: "deploy",
    load: async () => (await import("./commands/remove.ts")).remove,
  },
  {
    words: ["status"],
    brief: "Say which release is live, and how it is",
    group: "look",
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    words: ["history"],
    brief: "List what was deployed",
    group: "look",
    load: async () => (await import("./commands/history.ts")).history,
  },
  {
    words: ["logs"],
    brief: "Print or follow logs",
    group: "look",
    load: async () => (await import("./commands/logs.ts")).logs,
  },
  {
    words: ["exec"],
    brief: "Run a command in a running container",
    group: "look",
    load: async () => (await import("./commands/exec.ts")).exec,
  },
  {
    words: ["run"],
    brief: "Run a command in a container of its own",
    group: "look",
    load: async () => (await import("./commands/run.ts")).run,
  },
  {
    words: ["config"],
    brief: "Show wherry.yaml as one environment sees it",
    group: "look",
    load: async () => (await import("./commands/config.ts")).config,
  },
  {
    words: ["backup", "run"],
    brief: "Copy the data now",
    group: "data",
    load: async () => (await import("./commands/backup/run.ts")).run,
  },
  {
    words: ["backup", "list"],
    brief: "List the copies that are kept",
    group: "data",
    load: async () => (await import("./commands/backup/list.ts")).list,
  },
  {
    words: ["backup", "drill"],
    brief: "Restore a copy on trial, and compare",
    group: "data",
    load: async () => (await import("./commands/backup/drill.ts")).drill,
  },
  {
    words: ["backup", "restore"],
    brief: "Put a copy in place of the data",
    group: "data",
    load: async () => (await import("./commands/backup/restore.ts")).restore,
  },
  {
    words: ["backup", "schedule"],
    brief: "Let the server copy the data by itself",
    group: "data",
    load: async () => (await import("./commands/backup/schedule.ts")).schedule,
  },
  {
    words: ["secrets", "list"],
    brief: "List secrets, and what has no value",
    group: "secrets",
    load: async () => (await import("./commands/secrets/list.ts")).list,
  },
  {
    words: ["secrets", "set"],
    brief: "Keep the value of a secret",
    group: "secrets",
    load: async () => (await import("./commands/secrets/set.ts")).set,
  },
  {
    words: ["secrets", "get"],
    brief: "Write the value of a secret",
    group: "secrets",
    load: async () => (await import("./commands/secrets/get.ts")).get,
  },
  {
    words: ["secrets", "remove"],
    brief: "Forget a secret",
    group: "secrets",
    load: async () => (await import("./commands/secrets/remove.ts")).remove,
  },
  {
    words: ["secrets", "rotate"],
    brief: "Give a secret a new value",
    group: "secrets",
    load: async () => (await import("./commands/secrets/rotate.ts")).rotate,
  },
  {
    words: ["secrets", "diff"],
    brief: "Say which secrets differ, by name",
    group: "secrets",
    load: async () => (await import("./commands/secrets/diff.ts")).diff,
  },
  {
    words: ["secrets", "import"],
    brief: "Keep the values of a .env file",
    group: "secrets",
    load: async () => (await import("./commands/secrets/import.ts")).importFile,
  },
  {
    words: ["secrets", "export"],
    brief: "Write the values into a .env file",
    group: "secrets",
    load: async () => (await import("./commands/secrets/export.ts")).exportFile,
  },
  {
    words: ["secrets", "share"],
    brief: "Encrypt secrets for those who may read them by now",
    group: "secrets",
    load: async () => (await import("./commands/secrets/share.ts")).share,
  },
  {
    words: ["secrets", "key"],
    brief: "Print your public key, and make one where there is none",
    group: "secrets",
    load: async () => (await import("./commands/secrets/key.ts")).key,
  },
  {
    words: ["assess"],
    brief: "Say how a team builds and runs its software, with evidence",
    group: "look",
    load: async () => (await import("./commands/assess.ts")).assess,
  },
  {
    words: ["notify", "test"],
    brief: "Send a test message to those who are told of rollbacks",
    group: "server",
    load: async () => (await import("./commands/notify/test.ts")).test,
  },
  {
    words: ["server", "setup"],
    brief: "Make a server ready to be deployed to",
    group: "server",
    load: async () => (await import("./commands/server/setup.ts")).setup,
  },
  {
    words: ["server", "status"],
    brief: "Say what a server is and has",
    group: "server",
    load: async () => (await import("./commands/server/status.ts")).status,
  },
  {
    words: ["server", "audit"],
    brief: "Say how safe a server is",
    group: "server",
    load: async () => (await import("./commands/server/audit.ts")).audit,
  },
  {
    words: ["server", "harden"],
    brief: "Make a server safe, without locking you out",
    group: "server",
    load: async () => (await import("./commands/server/harden.ts")).harden,
  },
  {
    words: ["infra", "init"],
    brief: "Write the machines of an environment as OpenTofu files",
    group: "machines",
    load: async () => (await import("./commands/infra/init.ts")).init,
  },
  {
    words: ["infra", "plan"],
    brief: "Say what would be ordered, and what it costs",
    group: "machines",
    load: async () => (await import("./commands/infra/plan.ts")).plan,
  },
  {
    words: ["infra", "apply"],
    brief: "Make the machines what the files say, ready to be deployed to",
    group: "machines",
    load: async () => (await import("./commands/infra/apply.ts")).apply,
  },
  {
    words: ["infra", "destroy"],
    brief: "Remove the machines of an environment",
    group: "machines",
    load: async () => (await import("./commands/infra/destroy.ts")).destroy,
  },
  {
    words: ["infra", "status"],
    brief: "Say which machines run, and what is not as the files say",
    group: "machines",
    load: async () => (await import("./commands/infra/status.ts")).status,
  },
  {
    words: ["infra", "import"],
    brief: "Take servers that are there already into the files",
    group: "machines",
    load: async () => (await import("./commands/infra/import.ts")).importServers,
  },
  {
    words: ["infra", "move"],
    brief: "Move an environment to another server, with its data",
    group: "machines",
    load: async () => (await import("./commands/infra/move.ts")).move,
  },
  {
    words: ["infra", "ansible"],
    brief: "Write the hardening of servers as a playbook",
    group: "machines",
    load: async () => (await import("./commands/infra/ansible.ts")).ansible,
  },
  {
    words: ["cost"],
    brief: "Say what servers cost, here and elsewhere",
    group: "machines",
    load: async () => (await import("./commands/cost/show.ts")).show,
  },
  {
    words: ["cost", "refresh"],
    brief: "Fetch the providers' own prices",
    group: "machines",
    load: async () => (await import("./commands/cost/refresh.ts")).refresh,
  },
  {
    words: ["proxy", "upgrade"],
    brief: "Bring the proxy up to date without losing a request",
    group: "server",
    load: async () => (await import("./commands/proxy/upgrade.ts")).upgrade,
  },
  {
    words: ["proxy", "certificates"],
    brief: "Say which certificates there are, and when they end",
    group: "server",
    load: async () => (await import("./commands/proxy/certificates.ts")).certificates,
  },
  {
    words: ["proxy", "maintenance"],
    brief: "Show a page instead of the app, or the app again",
    group: "server",
    load: async () => (await import("./commands/proxy/maintenance.ts")).maintenance,
  },
  {
    words: ["release"],
    brief: "Tag a version for an environment, and push it",
    group: "deploy",
    load: async () => (await import("./commands/release/tag.ts")).tag,
  },
  {
    words: ["release", "list"],
    brief: "List the versions that are tagged",
    group: "deploy",
    load: async () => (await import("./commands/release/list.ts")).list,
  },
  {
    words: ["release", "notes"],
    brief: "Say what came with a version",
    group: "deploy",
    load: async () => (await import("./commands/release/notes.ts")).notes,
  },
  {
    words: ["pipeline", "github"],
    brief: "Write a pipeline for GitHub Actions",
    group: "pipeline",
    load: async () => (await import("./commands/pipeline/github.ts")).github,
  },
  {
    words: ["pipeline", "gitlab"],
    brief: "Write a pipeline for GitLab",
    group: "pipeline",
    load: async () => (await import("./commands/pipeline/gitlab.ts")).gitlab,
  },
  {
    words: ["pipeline", "jenkins"],
    brief: "Write a pipeline for Jenkins",
    group: "pipeline",
    load: async () => (await import("./commands/pipeline/jenkins.ts")).jenkins,
  },
  {
    words: ["pipeline", "run"],
    brief: "Run the stages of the pipeline on this machine",
    group: "pipeline",
    load: async () => (await import("./commands/pipeline/run.ts")).run,
  },
  {
    words: ["pipeline", "explain"],
    brief: "Say what a pipeline does for a branch or tag",
    group: "pipeline",
    load: async () => (await import("./commands/pipeline/explain.ts")).explain,
  },
  {
    words: ["pipeline", "gate"],
    brief: "Decide whether a pipeline may deploy a branch or tag",
    group: "pipeline",
    load: async () => (await import("./commands/pipeline/gate.ts")).gate,
  },
  {
    words: ["pipeline", "summary"],
    brief: "Write the last deployment for the page of a run",
    group: "pipeline",
    load: async () => (await import("./commands/pipeline/summary.ts")).summary,
  },
  {
    words: ["pipeline", "verify"],
    brief: "Ask GitHub whether the pinned actions are what they were",
    group: "pipeline",
    load: async () => (await import("./commands/pipeline/verify.ts")).verify,
  },
  {
    words: ["github", "setup"],
    brief: "Set the repository up on GitHub, and change only what is not so yet",
    group: "pipeline",
    load: async () => (await import("./commands/github/setup.ts")).setup,
  },
  {
    words: ["github", "status"],
    brief: "Say how the repository on GitHub differs from what it should be",
    group: "pipeline",
    load: async () => (await import("./commands/github/status.ts")).status,
  },
  {
    words: ["catalog", "list"],
    brief: "List services that are known to run well",
    group: "catalog",
    load: async () => (await import("./commands/catalog/list.ts")).list,
  },
  {
    words: ["catalog", "show"],
    brief: "Say what a service costs, needs and writes",
    group: "catalog",
    load: async () => (await import("./commands/catalog/show.ts")).show,
  },
  {
    words: ["catalog", "add"],
    brief: "Add a service to the compose file",
    group: "catalog",
    load: async () => (await import("./commands/catalog/add.ts")).add,
  },
];
