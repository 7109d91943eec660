import type { Check } from "../check.ts";
import {
  byCommand,
  byRequest,
  count,
  inFile,
  known,
  knownBy,
  noFile,
  nothingIn,
  unknown,
  wholeFile,
} from "../check.ts";
import type { Evidence } from "../schema.ts";
import { scriptLinesFor } from "../seen/scripts.ts";
import { linesFor } from "../seen/pipelines.ts";
import type { Seen, SeenFile } from "../seen/index.ts";
import { evidenceOf, pipelineDoes } from "./ci.ts";
import { daysBetween, enough, notTold, onGitHub, onServer, percent } from "./ask.ts";

/** Files from which a program can deploy, with what that program does about the way over and the way back. */
const descriptions: readonly {
  readonly tool: string;
  readonly path: RegExp;
  readonly rollback: boolean;
  readonly overlap: boolean;
}[] = [
  { tool: "Wherry", path: /(?:^|\/)wherry\.yaml$/, rollback: true, overlap: true },
  { tool: "Kamal", path: /^config\/deploy(?:\.\w+)?\.yml$/, rollback: true, overlap: true },
  { tool: "Helm", path: /(?:^|\/)Chart\.yaml$/, rollback: true, overlap: true },
  { tool: "Kustomize", path: /(?:^|\/)kustomization\.ya?ml$/, rollback: true, overlap: true },
  {
    tool: "Kubernetes",
    path: /(?:^|\/)(?:k8s|kubernetes|manifests|deploy)\/.+\.ya?ml$/,
    rollback: true,
    overlap: true,
  },
  { tool: "Fly.io", path: /^fly\.toml$/, rollback: false, overlap: true },
  { tool: "Render", path: /^render\.yaml$/, rollback: true, overlap: true },
  { tool: "Heroku", path: /^(?:Procfile|heroku\.yml|app\.json)$/, rollback: true, overlap: false },
  { tool: "Capistrano", path: /^Capfile$/, rollback: true, overlap: false },
  { tool: "Wrangler", path: /^wrangler\.(?:toml|jsonc?)$/, rollback: true, overlap: true },
  { tool: "Vercel", path: /^vercel\.json$/, rollback: true, overlap: true },
  { tool: "Serverless", path: /^serverless\.ya?ml$/, rollback: true, overlap: true },
];

function describedBy(seen: Seen): readonly ((typeof descriptions)[number] & { readonly file: SeenFile })[] {
  return descriptions.flatMap((one) =>
    seen.files
      .find(one.path)
      .filter(
        (file) =>
          one.tool !== "Kubernetes" ||
          file.lines.some((line) => /^kind:\s*(?:Deployment|StatefulSet|DaemonSet)/.test(line)),
      )
      .slice(0, 2)
      .map((file) => ({ ...one, file })),
  );
}

/** Services that others reach, and those of compose files that are not of production's own making. */
function servicesWithHealth(seen: Seen): { readonly with: readonly Evidence[]; readonly without: readonly Evidence[] } {
  const health: Evidence[] = [];
  const none: Evidence[] = [];
  for (const { file, services } of seen.composeFiles) {
    for (const service of services) {
      const own = service.definition["build"] !== undefined;
      const inWherry = seen.wherryYaml?.lineOf("services", service.name, "health");
      if (service.definition["healthcheck"] !== undefined)
        health.push(inFile(file, service.lineOf("healthcheck"), `${service.name} has a healthcheck`));
      else if (inWherry !== undefined && seen.wherryYaml !== undefined)
        health.push(inFile(seen.wherryYaml.file, inWherry, `health of ${service.name}`));
      else if (own) none.push(inFile(file, service.line, `${service.name} has no healthcheck`));
    }
  }
  for (const { file, instructions } of seen.dockerfiles) {
    const check = instructions.find(({ word }) => word === "HEALTHCHECK");
    if (check !== undefined) health.push(inFile(file, check.line, `HEALTHCHECK ${check.rest}`));
  }
  for (const file of seen.files.find(/\.ya?ml$/)) {
    const line = file.lines.findIndex((text) => /^\s*readinessProbe:/.test(text));
    if (line !== -1) health.push(inFile(file, line + 1, "readinessProbe"));
  }
  return { with: health, without: none };
}

export const deployment: readonly Check[] = [
  {
    id: "deployment.described",
    question: "Is it written in the repository how the app is deployed?",
    looks:
      "Files of deployment tools, and programs that deploy in pipelines, scripts and Makefiles. 0: none, 2: commands in a script, 3: a file that says what is wanted.",
    weight: 5,
    effort: "an hour",
    best: 3,
    closes: "write `wherry.yaml` beside `compose.yaml`, and read `wherry plan -e NAME`",
    answer(seen) {
      const described = describedBy(seen);
      if (described.length > 0)
        return knownBy(
          3,
          `Described for ${[...new Set(described.map(({ tool }) => tool))].join(", ")}`,
          described.map(({ file, tool }) => wholeFile(file, `of ${tool}`)),
        );
      const commands = [
        ...linesFor(seen.pipelines, "deploy").flatMap(evidenceOf),
        ...scriptLinesFor(seen.files, "deploy").map((line) => inFile(line, line.line, line.text)),
      ];
      if (commands.length > 0) return knownBy(2, "Commands in scripts deploy the app", commands);
      return known(
        0,
        "Nothing in the repository says how the app is deployed",
        noFile(seen, "file of a deployment tool, nor a script that deploys"),
      );
    },
  },
  {
    id: "deployment.automatic",
    question: "Does a pipeline deploy?",
    looks:
      "Programs that deploy among the commands of the pipelines. 0: none, 2: when somebody starts it, 3: by itself when a branch or tag is pushed.",
    weight: 4,
    effort: "an hour",
    best: 3,
    closes:
      "add a job to the pipeline that runs `wherry deploy -e NAME` when the branch or tag of that environment is pushed",
    after: "ci.pipeline",
    answer(seen) {
      const actions = seen.pipelines.flatMap(({ file, uses }) =>
        uses
          .filter(({ name }) => /deploy|superfly\/flyctl|appleboy\/ssh|wrangler-action|vercel|netlify/i.test(name))
          .map(({ line, name }) => inFile(file, line, `uses: ${name}`)),
      );
      if (actions.length > 0) return knownBy(3, "An action in the pipeline deploys", actions);
      return pipelineDoes(seen, "deploy", {
        yes: "The pipeline deploys",
        no: "No command in the pipeline deploys",
        level: 3,
      });
    },
  },
  {
    id: "deployment.rollback",
    question: "Is there a way back that works?",
    looks:
      "Deployment tools that keep the releases before, and rollbacks in the ledger of the server. 2: the tool can do it and it was not seen done, 4: a rollback in the ledger succeeded.",
    weight: 4,
    effort: "minutes",
    best: 4,
    closes:
      "`wherry rollback -e NAME --plan` shows the way back; go it once on an environment before production, on an afternoon without trouble",
    after: "deployment.described",
    answer(seen) {
      const ledger = onServer(seen, "ledger");
      const done = ledger.known
        ? ledger.value.find(({ kind, outcome }) => kind === "rollback" && outcome === "succeeded")
        : undefined;
      if (ledger.known && done !== undefined)
        return known(
          4,
          `A rollback succeeded on ${done.started.slice(0, 10)}`,
          byCommand(ledger.asked, `rollback ${done.id} succeeded`),
        );
      const able = describedBy(seen).filter(({ rollback }) => rollback);
      if (able.length > 0)
        return knownBy(
          2,
          `${able[0]?.tool ?? ""} can go back; nobody was seen doing it`,
          able.map(({ file, tool }) => wholeFile(file, `of ${tool}`)),
        );
      return unknown("no tool was found that keeps the releases before");
    },
  },
  {
    id: "deployment.no-gap",
    question: "Does the app answer while it is deployed?",
    looks:
      "What the deployment tool does about the old containers. 0: a script stops them before new ones start, 1: docker compose up replaces them, 2: the tool runs both side by side; nobody has measured it.",
    weight: 3,
    effort: "a day",
    best: 2,
    closes: "deploy with a tool that starts the new release beside the old one: `wherry deploy`",
    after: "deployment.described",
    answer(seen) {
      const able = describedBy(seen);
      const overlap = able.filter((one) => one.overlap);
      if (overlap.length > 0)
        return knownBy(
          2,
          `${overlap[0]?.tool ?? ""} starts the new release beside the old one`,
          overlap.map(({ file, tool }) => wholeFile(file, `of ${tool}`)),
        );
      const lines = [
        ...linesFor(seen.pipelines, "deploy").map(({ line }) => line),
        ...scriptLinesFor(seen.files, "deploy"),
      ];
      const up = lines.filter(({ text }) => /docker[- ]compose\b.*\bup\b/.test(text));
      const down = up.flatMap(({ path, line }) => {
        const before = (seen.files.get(path)?.lines ?? []).slice(0, line);
        const stop = before.findIndex((text) => /^[^#]*docker[- ]compose\b.*\bdown\b/.test(text));
        return stop === -1 ? [] : [inFile({ path }, stop + 1, before[stop] ?? "")];
      });
      if (down.length > 0) return knownBy(0, "Everything is stopped before the new containers start", down);
      if (up.length > 0)
        return knownBy(
          1,
          "docker compose up stops each container before its successor starts",
          up.map((line) => inFile(line, line.line, line.text)),
        );
      return unknown("nothing says what happens to the old containers");
    },
  },
  {
    id: "deployment.health",
    question: "Is it checked that a service works before it gets traffic?",
    looks:
      "Health checks in wherry.yaml, compose files, Dockerfiles and Kubernetes files. 0: no service has one, 2: some lack one, 3: all that are built here have one.",
    weight: 4,
    effort: "an hour",
    best: 3,
    closes: "write `health: /healthz` below the service in `wherry.yaml`, for a page that asks the database too",
    answer(seen) {
      if (seen.composeFiles.length === 0 && seen.dockerfiles.length === 0 && describedBy(seen).length === 0)
        return unknown("no service was found that could have one");
      const { with: health, without } = servicesWithHealth(seen);
      if (health.length === 0) {
        const places = [...seen.composeFiles, ...seen.dockerfiles].map(({ file }) => file);
        return without.length > 0
          ? knownBy(0, "No service has a health check", without)
          : places.length === 0
            ? unknown("no service was found that could have one")
            : known(0, "No health check is written anywhere", nothingIn(places, "health check"));
      }
      if (
        without.length > 0 &&
        seen.dockerfiles.every(({ instructions }) => instructions.every(({ word }) => word !== "HEALTHCHECK"))
      )
        return knownBy(2, `${count(without.length, "service has", "services have")} no health check`, [
          ...without,
          ...health,
        ]);
      return knownBy(3, "The services have health checks", health);
    },
  },
  {
    id: "deployment.often",
    question: "Is production deployed to often?",
    looks:
      "Successful deployments of the last 28 days, in the ledger of the server or on GitHub. 1: none, 2: fewer than one a week, 3: one a week and more, 4: one each working day.",
    weight: 2,
    effort: "days",
    best: 4,
    closes: "make changes smaller until one can be released on each day",
    answer(seen) {
      const ledger = onServer(seen, "ledger");
      const hosted = onGitHub(seen, "deployments");
      const instants = ledger.known
        ? ledger.value
            .filter(({ outcome, kind }) => outcome === "succeeded" && !["rollback", "redeploy", "move"].includes(kind))
            .map(({ started }) => started)
        : hosted.known && hosted.value.length > 0
          ? hosted.value.filter(({ environment }) => /^prod/i.test(environment)).map(({ created_at }) => created_at)
          : undefined;
      if (instants === undefined)
        return unknown(
          hosted.known
            ? `${ledger.known ? "" : `${ledger.reason}; `}GitHub has no deployment`
            : ledger.known
              ? ""
              : ledger.reason,
        );
      const recent = instants.filter((instant) => daysBetween(instant, seen.now) < 28).length;
      const what = `${recent} in 28 days`;
      const evidence = ledger.known
        ? byCommand(ledger.asked, what)
        : byRequest(hosted.asked, `${what}, as GitHub was told`);
      const level = recent >= 20 ? 4 : recent >= 4 ? 3 : recent > 0 ? 2 : 1;
      return known(level, `${count(recent, "deployment")} in the last 28 days`, evidence);
    },
  },
  {
    id: "deployment.succeeds",
    question: "Do deployments succeed?",
    looks: `Outcomes in the ledger of the server, cancelled ones left out, at least ${enough}. 1: under 70 %, 2: under 95 %, 3: 95 % and more.`,
    weight: 3,
    effort: "a day",
    best: 3,
    closes: "`wherry history -e NAME`: mend the step that failed most often",
    answer(seen) {
      const ledger = onServer(seen, "ledger");
      if (!ledger.known) return notTold(ledger);
      const attempts = ledger.value.filter(({ outcome }) => outcome !== "cancelled" && outcome !== "superseded");
      if (attempts.length < enough)
        return unknown(
          `only ${count(attempts.length, "deployment")} in the ledger`,
          byCommand(ledger.asked, `${attempts.length} that ended`),
        );
      const share = percent(attempts.filter(({ outcome }) => outcome === "succeeded").length, attempts.length);
      return known(
        share >= 95 ? 3 : share >= 70 ? 2 : 1,
        `${share} % of ${attempts.length} deployments succeeded`,
        byCommand(ledger.asked, `${share} % of ${attempts.length}`),
      );
    },
  },
  {
    id: "deployment.traceable",
    question: "Can one say which commit runs in production?",
    looks:
      "The live release of the server, deployments that GitHub was told of, tags. 1: nothing but tags, 3: the live release names its commit.",
    weight: 3,
    effort: "an hour",
    best: 3,
    closes:
      "deploy what is committed: `wherry deploy -e NAME` without --dirty, and `wherry status -e NAME` names the commit",
    answer(seen) {
      const status = onServer(seen, "status");
      if (status.known) {
        const { live } = status.value;
        if (live === null) return unknown("nothing is deployed there", byCommand(status.asked, "nothing is live"));
        return live.commit === null
          ? known(
              1,
              "The live release is of no commit",
              byCommand(status.asked, `${live.id} was deployed from files that were not committed`),
            )
          : known(
              3,
              `Commit ${live.commit.slice(0, 8)} is live`,
              byCommand(status.asked, `${live.id}, commit ${live.commit.slice(0, 12)}`),
            );
      }
      const hosted = onGitHub(seen, "deployments");
      const newest = hosted.known ? hosted.value.find(({ environment }) => /^prod/i.test(environment)) : undefined;
      if (newest !== undefined)
        return known(
          3,
          `GitHub says that ${newest.sha.slice(0, 8)} was deployed`,
          byRequest(hosted.asked, `${newest.environment}: ${newest.sha.slice(0, 12)}`),
        );
      if (typeof seen.history !== "string" && seen.history.tags.length > 0)
        return known(
          1,
          "Tags name releases; which one runs is not known",
          byCommand("git for-each-ref refs/tags", seen.history.tags.slice(0, 3).join(", ")),
        );
      return notTold(status);
    },
  },
];
