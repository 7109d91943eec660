import { isDataImage } from "../../compose/index.ts";
import { isMapping } from "../../config/index.ts";
import type { Answer, Check } from "../check.ts";
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
import type { ComposeService } from "../seen/compose-files.ts";
import type { Pipeline, Seen } from "../seen/index.ts";
import { hostMayDoIt, notTold, onGitHub, onServer } from "./ask.ts";
import { pipelineDoes } from "./ci.ts";

/** Ports of databases and their like, whatever the image is called. */
const dataPorts = new Set([
  1433, 1521, 3306, 5432, 5672, 5984, 6379, 7000, 8086, 9042, 9200, 11211, 15672, 26257, 27017,
]);

/** Days before a certificate ends from which nothing has renewed it in time. */
const certificateDays = 14;

function actionsOf(seen: Seen): readonly Pipeline[] {
  return seen.pipelines.filter(({ host }) => host === "GitHub Actions" || host === "Forgejo Actions");
}

function withActions(seen: Seen, answer: (workflows: readonly Pipeline[]) => Answer): Answer {
  const workflows = actionsOf(seen);
  return workflows.length === 0 ? unknown("there is no workflow of GitHub Actions to look at") : answer(workflows);
}

/** Published on all addresses: `5432:5432`, `0.0.0.0:5432:5432`, or the long form without host_ip. */
function publishedPorts(
  service: ComposeService,
): readonly { readonly line: number; readonly port: number; readonly text: string }[] {
  const ports: unknown = service.definition["ports"];
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((entry: unknown, index) => {
    const line = service.lineOf("ports", index);
    if (isMapping(entry)) {
      const address = typeof entry["host_ip"] === "string" ? entry["host_ip"] : "";
      const open = entry["published"] !== undefined && !isLoopback(address);
      return open
        ? [{ line, port: Number(entry["target"]), text: `${String(entry["published"])}:${String(entry["target"])}` }]
        : [];
    }
    const text = String(entry).replace(/\/(?:tcp|udp)$/, "");
    const parts = /^(?:(\[[^\]]+\]|[^:]*):)?(\$\{[^}]*\}|[\d-]+):([\d-]+)$/.exec(text);
    if (parts === null || isLoopback(parts[1] ?? "")) return [];
    return [{ line, port: Number(parts[3]), text }];
  });
}

function isLoopback(address: string): boolean {
  return /^(?:127\.|localhost$|\[?::1\]?$)/.test(address);
}

export const security: readonly Check[] = [
  {
    id: "security.updates",
    question: "Do updates of dependencies come by themselves?",
    looks:
      "Settings of Dependabot and Renovate, and GitHub's security updates. 0: none, 2: GitHub mends known holes only, 3: all updates are proposed.",
    weight: 4,
    effort: "minutes",
    best: 3,
    closes:
      "write `.github/dependabot.yml` (or `renovate.json`) with each package manager, weekly, with a cooldown of some days",
    answer(seen) {
      const found = seen.files.find(
        /^\.github\/dependabot\.ya?ml$|^(?:\.github\/|\.gitlab\/)?renovate\.json5?$|^\.renovaterc(?:\.json5?)?$/,
      );
      if (found.length > 0)
        return knownBy(
          3,
          "The settings let updates be proposed by themselves",
          found.map((file) => wholeFile(file)),
        );
      const repository = onGitHub(seen, "repository");
      if (repository.known && repository.value.security_and_analysis?.dependabot_security_updates?.status === "enabled")
        return known(
          2,
          "GitHub proposes updates that mend known holes",
          byRequest(repository.asked, "dependabot_security_updates: enabled"),
        );
      if (hostMayDoIt(seen)) return unknown("the host may do it, and was not asked");
      return known(0, "Nothing proposes updates", noFile(seen, "settings of Dependabot or Renovate"));
    },
  },
  {
    id: "security.scanned",
    question: "Does the pipeline look for known holes?",
    looks:
      "Scanners of code, dependencies, images and infrastructure in pipelines. 0: none, 3: one and more. What they found is not looked at.",
    weight: 4,
    effort: "an hour",
    best: 3,
    closes: "add osv-scanner or trivy to the pipeline, pinned to a version, as a job without secrets",
    after: "ci.pipeline",
    answer(seen) {
      const actions = actionsOf(seen).flatMap(({ file, uses }) =>
        uses
          .filter(({ name }) =>
            /codeql|trivy|anchore\/scan|osv-scanner|snyk|semgrep|dependency-review|zizmor|scorecard|checkov|kics|zaproxy|sonar/i.test(
              name,
            ),
          )
          .map(({ line, name, ref }) => inFile(file, line, `uses: ${name}@${ref}`)),
      );
      if (actions.length > 0) return knownBy(3, "The pipeline looks for known holes", actions);
      return pipelineDoes(seen, "scan", {
        yes: "The pipeline looks for known holes",
        no: "No scanner that is known runs in the pipeline",
        level: 3,
      });
    },
  },
  {
    id: "security.alerts",
    question: "Are dependencies free of known serious holes?",
    looks: "Open alerts of Dependabot on GitHub. 0: critical or high ones, 2: lesser ones, 3: none.",
    weight: 4,
    effort: "a day",
    best: 3,
    closes: "GitHub: Security > Dependabot, critical ones first: update, or dismiss with a reason",
    answer(seen) {
      const alerts = onGitHub(seen, "alerts");
      if (!alerts.known) return notTold(alerts);
      const serious = alerts.value.filter(
        ({ security_advisory: { severity } }) => severity === "critical" || severity === "high",
      ).length;
      const evidence = byRequest(alerts.asked, `${alerts.value.length} open, ${serious} of them high or critical`);
      if (serious > 0)
        return known(0, `${count(serious, "open alert is", "open alerts are")} high or critical`, evidence);
      return alerts.value.length > 0
        ? known(2, `${count(alerts.value.length, "open alert")}, none of them high`, evidence)
        : known(3, "No open alert on dependencies", evidence);
    },
  },
  {
    id: "security.pinned-actions",
    question: "Are actions of other people pinned to a commit?",
    looks:
      "uses: in workflows of GitHub Actions. 1: some or all name a tag, which its owner, or who has stolen the account, can move; 4: all name a commit.",
    weight: 3,
    effort: "an hour",
    best: 4,
    closes: "write `uses: OWNER/NAME@COMMIT # vX.Y.Z` for each action; Dependabot and Renovate move both",
    after: "ci.pipeline",
    answer: (seen) =>
      withActions(seen, (workflows) => {
        const uses = workflows.flatMap(({ file, uses }) => uses.map((one) => ({ ...one, file })));
        if (uses.length === 0) return unknown("the workflows use no action of other people");
        const open = uses.filter(({ ref }) => !/^[0-9a-f]{40}$/.test(ref));
        const lines = (open.length > 0 ? open : uses).map(({ file, line, name, ref }) =>
          inFile(file, line, `${name}@${ref}`),
        );
        return open.length > 0
          ? knownBy(1, `${open.length} of ${uses.length} uses name a tag or branch`, lines)
          : knownBy(4, `All of ${count(uses.length, "use")} name a commit`, lines);
      }),
  },
  {
    id: "security.pipeline-rights",
    question: "Do pipelines have only the rights that they need?",
    looks:
      "permissions: in workflows of GitHub Actions. 0: write-all, 1: a workflow says nothing, so that the repository's setting decides; 3: all say which.",
    weight: 3,
    effort: "minutes",
    best: 3,
    closes:
      "write `permissions: { contents: read }` at the top of each workflow, and more only in the job that needs it",
    after: "ci.pipeline",
    answer: (seen) =>
      withActions(seen, (workflows) => {
        const readable = workflows.filter(({ yaml }) => yaml !== undefined);
        if (readable.length < workflows.length) return unknown("a workflow is no valid YAML");
        const all = readable.filter(({ file }) => file.lines.some((line) => /^\s*permissions:\s*write-all/.test(line)));
        if (all.length > 0)
          return knownBy(
            0,
            "A workflow may write everything",
            all.map(({ file }) =>
              inFile(file, file.lines.findIndex((line) => /write-all/.test(line)) + 1, "permissions: write-all"),
            ),
          );
        const silent = readable.filter(
          ({ content }) =>
            content["permissions"] === undefined && !everyJob(content, (job) => job["permissions"] !== undefined),
        );
        if (silent.length > 0)
          return knownBy(
            1,
            `${count(silent.length, "workflow says", "workflows say")} nothing about rights`,
            silent.map(({ file }) => wholeFile(file, "has no permissions: at its top")),
          );
        return knownBy(
          3,
          "All workflows say which rights they need",
          readable.map(({ file }) =>
            inFile(file, file.lines.findIndex((line) => /^\s*permissions:/.test(line)) + 1, "permissions:"),
          ),
        );
      }),
  },
  {
    id: "security.strangers",
    question: "Are pipelines safe from pull requests of strangers?",
    looks:
      "pull_request_target with a checkout, and texts that strangers write inside of run: lines, in workflows of GitHub Actions. 0: found, 3: none of them.",
    weight: 3,
    effort: "an hour",
    urgent: true,
    best: 3,
    closes:
      "use `pull_request` instead of `pull_request_target`, and give texts to scripts through `env:` instead of writing `${{ }}` into them",
    after: "ci.pipeline",
    answer: (seen) =>
      withActions(seen, (workflows) => {
        const injected = workflows.flatMap(({ file }) =>
          file.lines.flatMap((text, index) =>
            /\$\{\{[^}]*github\.(?:head_ref|event\.(?:issue|pull_request|comment|review|discussion|head_commit)\.(?:title|body|message|head\.(?:ref|label)))/.test(
              text,
            ) && !/^\s*(?:-\s+)?(?:if|[A-Z][A-Z0-9_]*|ref|group|name|key|title|body)\s*:/.test(text)
              ? [inFile(file, index + 1, text)]
              : [],
          ),
        );
        const targets = workflows.flatMap(({ file, content, uses }) => {
          const on = content["on"];
          const target =
            on === "pull_request_target" ||
            (Array.isArray(on) && on.includes("pull_request_target")) ||
            (isMapping(on) && on["pull_request_target"] !== undefined);
          const checkout = uses.find(({ name }) => name === "actions/checkout");
          return target && checkout !== undefined
            ? [inFile(file, checkout.line, "a checkout under pull_request_target")]
            : [];
        });
        if (injected.length + targets.length > 0)
          return knownBy(0, "A stranger's pull request can run commands with the rights of the repository", [
            ...targets,
            ...injected,
          ]);
        if (workflows.some(({ yaml }) => yaml === undefined)) return unknown("a workflow is no valid YAML");
        return known(
          3,
          "None of the known ways in",
          nothingIn(
            workflows.map(({ file }) => file),
            "pull_request_target with a checkout, no text of strangers in a script",
          ),
        );
      }),
  },
  {
    id: "security.open-databases",
    question: "Are databases closed to the world?",
    looks:
      "ports: of compose services with images or ports of databases. 0: published on all addresses (Docker goes past ufw), 3: none.",
    weight: 4,
    effort: "minutes",
    urgent: true,
    best: 3,
    closes:
      'write `"127.0.0.1:5432:5432"` instead of `"5432:5432"`, or leave `ports:` out: services reach each other without it',
    answer({ composeFiles }) {
      const services = composeFiles.flatMap(({ file, services }) => services.map((service) => ({ file, service })));
      if (services.length === 0) return unknown("there is no service of a compose file to look at");
      const open = services.flatMap(({ file, service }) => {
        const { image } = service.definition;
        const data =
          typeof image === "string" &&
          isDataImage(image) &&
          !/(?:gitea|forgejo|grafana|gitlab-ce|vaultwarden|nexus3|sonarqube|minio)/.test(image);
        return publishedPorts(service)
          .filter(({ port }) => data || dataPorts.has(port))
          .map(({ line, text }) => inFile(file, line, `${service.name} publishes ${text} on all addresses`));
      });
      if (open.length > 0)
        return knownBy(
          0,
          `${count(open.length, "port")} of databases ${open.length === 1 ? "is" : "are"} open to everybody who finds the address`,
          open,
        );
      return known(
        3,
        `No port of a database is published by ${count(services.length, "service")}`,
        nothingIn([...new Set(composeFiles.map(({ file }) => file))], "published port of a database"),
      );
    },
  },
  {
    id: "security.https",
    question: "Does the app answer by HTTPS, with certificates that last?",
    looks: `Asks the server for certificates. 0: trouble, or one ends within ${certificateDays} days; 3: all are fine.`,
    weight: 4,
    effort: "an hour",
    best: 3,
    closes: "`wherry proxy certificates -e NAME` says what is wrong",
    answer(seen) {
      const status = onServer(seen, "status");
      if (!status.known) return notTold(status);
      const { certificates } = status.value;
      if (certificates.length === 0)
        return unknown("the proxy has no host with a certificate", byCommand(status.asked, "no certificate"));
      const bad = certificates.filter(
        ({ trouble, daysLeft }) => trouble !== null || daysLeft === null || daysLeft <= certificateDays,
      );
      if (bad.length > 0)
        return known(
          0,
          `Certificates need a look: ${bad.map(({ host }) => host).join(", ")}`,
          byCommand(
            status.asked,
            bad.map(({ host, trouble, daysLeft }) => `${host}: ${trouble ?? `${daysLeft ?? "?"} days`}`).join("; "),
          ),
        );
      return known(
        3,
        `All of ${count(certificates.length, "certificate")} are valid`,
        byCommand(
          status.asked,
          certificates.map(({ host, daysLeft }) => `${host}: ${daysLeft ?? "?"} days`).join("; "),
        ),
      );
    },
  },
  {
    id: "security.reports",
    question: "Do people who find a hole know whom to tell?",
    looks: "SECURITY.md or security.txt. 0: none, 2: there.",
    weight: 1,
    effort: "minutes",
    best: 2,
    closes: "write `SECURITY.md` with an address and how soon you answer",
    answer(seen) {
      const found = seen.files.find(
        /^(?:docs\/|\.github\/)?SECURITY(?:\.(?:md|rst|txt|adoc))?$|(?:^|\/)security\.txt$/,
      );
      if (found.length > 0)
        return knownBy(
          2,
          "There is a way to report holes",
          found.map((file) => wholeFile(file)),
        );
      return known(0, "Nothing says whom to tell of a hole", noFile(seen, "SECURITY.md or security.txt"));
    },
  },
];

function everyJob(
  content: Readonly<Record<string, unknown>>,
  holds: (job: Readonly<Record<string, unknown>>) => boolean,
): boolean {
  const jobs = isMapping(content["jobs"]) ? Object.values(content["jobs"]) : [];
  return jobs.length > 0 && jobs.every((job) => isMapping(job) && holds(job));
}
