import { isMapping } from "../../config/index.ts";
import type { Check } from "../check.ts";
import { byCommand, count, inFile, known, knownBy, nothingIn, unknown } from "../check.ts";
import type { Evidence } from "../schema.ts";
import type { Seen } from "../seen/index.ts";
import { inWherryYaml, notTold, onServer } from "./ask.ts";

const manifests =
  /(?:^|\/)(?:package\.json|requirements[\w-]*\.txt|pyproject\.toml|Pipfile|Gemfile|composer\.json|Cargo\.toml|go\.mod|pom\.xml|build\.gradle(?:\.kts)?|mix\.exs|[\w.-]+\.csproj)$/;

/** Images of compose services, and dependencies of the code, that match. */
export function runsOrUses(seen: Seen, image: RegExp, dependency?: RegExp): readonly Evidence[] {
  const images = seen.composeFiles.flatMap(({ file, services }) =>
    services.flatMap((service) => {
      const { image: name } = service.definition;
      return typeof name === "string" && image.test(name)
        ? [inFile(file, service.lineOf("image"), `image: ${name}`)]
        : [];
    }),
  );
  if (dependency === undefined) return images;
  const dependencies = seen.files
    .find(manifests)
    .flatMap((file) =>
      file.lines.flatMap((text, index) => (dependency.test(text) ? [inFile(file, index + 1, text)] : [])),
    );
  return [...images, ...dependencies];
}

function linesIn(seen: Seen, path: RegExp, pattern: RegExp): readonly Evidence[] {
  return seen.files.find(path).flatMap((file) => {
    const line = file.lines.findIndex((text) => pattern.test(text));
    return line === -1 ? [] : [inFile(file, line + 1, file.lines[line] ?? "")];
  });
}

const elsewhere = "nothing in the repository shows it, and it may be done elsewhere";

export const monitoring: readonly Check[] = [
  {
    id: "monitoring.measures",
    question: "Are the app and its servers measured?",
    looks:
      "Images of compose files, settings and dependencies of metrics systems. 2: found. Unknown where none is: a service outside leaves no trace here.",
    weight: 4,
    effort: "a day",
    best: 2,
    closes: "run Prometheus with node_exporter from a compose file, or send measures to a hosted service",
    answer(seen) {
      const found = [
        ...runsOrUses(
          seen,
          /prom\/prometheus|victoria-?metrics|grafana\/(?:alloy|agent|mimir)|node-exporter|netdata|telegraf|datadog\/agent|otel\/opentelemetry-collector|zabbix/,
          /prom-client|prometheus[_-]client|opentelemetry|micrometer|dd-trace|ddtrace|newrelic|prometheus\/client_golang|applicationinsights|elastic-apm/,
        ),
        ...linesIn(
          seen,
          /(?:^|\/)prometheus\.ya?ml$|\.alloy$|(?:^|\/)otel[\w-]*\.ya?ml$/,
          /scrape_configs|prometheus\.scrape|receivers:/,
        ),
      ];
      return found.length > 0 ? knownBy(2, "The files run, or use, a metrics system", found) : unknown(elsewhere);
    },
  },
  {
    id: "monitoring.alerts",
    question: "Does anybody get a message when something is wrong?",
    looks:
      "Alert rules, Alertmanager, and notify: in wherry.yaml. 1: measures without a rule in the repository, 2: messages of deployments only, 3: rules. Unknown where nothing shows it.",
    weight: 5,
    effort: "an hour",
    best: 3,
    closes:
      "write `notify:` with the team's channel in `wherry.yaml` (`wherry notify test`), and alert rules for errors, latency, full disks and certificates",
    answer(seen) {
      const rules = [
        ...linesIn(seen, /\.ya?ml$/, /^\s*-?\s*alert:\s*\w/),
        ...linesIn(seen, /\.ya?ml$|\.json$/, /^\s*"?contactPoints"?:/),
        ...runsOrUses(seen, /alertmanager|karma/),
      ];
      if (rules.length > 0) return knownBy(3, "Alert rules are written", rules);
      const notify = inWherryYaml(seen, "notify");
      if (notify.length > 0)
        return knownBy(
          2,
          "wherry.yaml names who is told of rollbacks; no rule looks at the app between deployments",
          notify,
        );
      const measures = runsOrUses(seen, /prom\/prometheus|victoria-?metrics|grafana\/mimir/);
      if (measures.length > 0)
        return knownBy(
          1,
          "The files run a metrics system, and no rule in the repository looks at what it measures",
          measures,
        );
      return unknown(elsewhere);
    },
  },
  {
    id: "monitoring.from-outside",
    question: "Is the app watched from outside of its server?",
    looks:
      "Uptime programs, their settings, pipelines on a schedule that ask an address. 3: found. Unknown otherwise: outside services leave no trace here.",
    weight: 4,
    effort: "minutes",
    best: 3,
    closes:
      "let an uptime service of another provider ask the app's address each minute; it is the only one that tells when the server is gone",
    answer(seen) {
      const found = [
        ...seen.files.find(/^\.upptimerc\.yml$/).map((file) => inFile(file, 1, file.lines[0] ?? "Upptime")),
        ...runsOrUses(seen, /blackbox-exporter|uptime-kuma|gatus/),
        ...linesIn(
          seen,
          /\.(?:tf|tofu)$/,
          /resource\s+"(?:betteruptime|betterstack|uptimerobot|pingdom|statuscake|checkly|healthchecksio|grafana_synthetic)\w*"/,
        ),
      ];
      return found.length > 0
        ? knownBy(3, "The files set up what asks whether the app answers", found)
        : unknown(elsewhere);
    },
  },
  {
    id: "monitoring.logs",
    question: "Are logs collected, and kept from filling the disk?",
    looks:
      "Log collectors and logging: of compose files. 1: a collector that is no longer kept up, 2: logs are limited in size, 3: collected. Unknown otherwise.",
    weight: 3,
    effort: "an hour",
    best: 3,
    closes:
      'set `"log-driver": "local"` in `/etc/docker/daemon.json`, which rotates, and collect with Grafana Alloy where one place for all logs is wanted',
    answer(seen) {
      const collectors = runsOrUses(
        seen,
        /grafana\/(?:loki|alloy)|fluent\/fluent|fluent-?bit|timberio\/vector|logstash|filebeat|graylog|victoria-?logs/,
      );
      if (collectors.length > 0) return knownBy(3, "The files set up a collector of logs", collectors);
      const old = runsOrUses(seen, /grafana\/promtail/);
      if (old.length > 0)
        return knownBy(1, "The files set up Promtail, which reached its end of life in March 2026", old);
      const limited = seen.composeFiles.flatMap(({ file, services }) =>
        services.flatMap((service) => {
          const { logging } = service.definition;
          if (!isMapping(logging)) return [];
          const safe =
            logging["driver"] !== undefined && logging["driver"] !== "json-file"
              ? true
              : isMapping(logging["options"]) && logging["options"]["max-size"] !== undefined;
          return safe ? [inFile(file, service.lineOf("logging"), `logging: of ${service.name}`)] : [];
        }),
      );
      if (limited.length > 0) return knownBy(2, "Logs are limited in size", limited);
      return unknown(elsewhere);
    },
  },
  {
    id: "monitoring.errors",
    question: "Do errors of the app reach its developers?",
    looks: "Libraries of error trackers among the dependencies. 2: found. Unknown otherwise.",
    weight: 2,
    effort: "an hour",
    best: 2,
    closes:
      "add an error tracker to the app (Sentry, or GlitchTip on a server of one's own), with the release's commit in each report",
    answer(seen) {
      const found = runsOrUses(
        seen,
        /glitchtip|sentry/,
        /sentry|rollbar|bugsnag|honeybadger|airbrake|raygun|appsignal/i,
      );
      return found.length > 0 ? knownBy(2, "An error tracker is among the dependencies", found) : unknown(elsewhere);
    },
  },
  {
    id: "monitoring.now",
    question: "Is what should run running now?",
    looks:
      "Asks the server of the environment for the health of each service. 0: something is not healthy, 1: services run that nothing checks, 3: all are healthy.",
    weight: 4,
    effort: "an hour",
    urgent: true,
    best: 3,
    closes: "`wherry status -e NAME` and `wherry logs SERVICE -e NAME`",
    answer(seen) {
      const status = onServer(seen, "status");
      if (!status.known) return notTold(status);
      const { live, proxy, services } = status.value;
      if (live === null) return unknown("nothing is deployed there", byCommand(status.asked, "nothing is live"));
      const sick = services.filter(({ healthy }) => healthy === false).map(({ name }) => name);
      if (!proxy)
        return known(
          0,
          "The proxy does not run: nothing is reachable",
          byCommand(status.asked, "the proxy does not run"),
        );
      if (sick.length > 0)
        return known(0, `Not healthy: ${sick.join(", ")}`, byCommand(status.asked, `not healthy: ${sick.join(", ")}`));
      const blind = services.filter(({ healthy, kind }) => healthy === null && kind !== "job").map(({ name }) => name);
      if (blind.length > 0)
        return known(1, `Nothing checks ${blind.join(", ")}`, byCommand(status.asked, `no check: ${blind.join(", ")}`));
      if (services.length === 0)
        return unknown("the live release has no service", byCommand(status.asked, "no service"));
      return known(
        3,
        `All of ${count(services.length, "service")} healthy at this moment`,
        byCommand(status.asked, "all healthy"),
      );
    },
  },
  {
    id: "monitoring.undone-releases",
    question: "Is a bad release noticed while it is deployed?",
    looks:
      "strategy: with watch or canary in wherry.yaml, analysis of Argo Rollouts or Flagger. 1: nothing watches after the switch, 3: a release that makes errors is taken back. Unknown without a deployment tool that could.",
    weight: 2,
    effort: "minutes",
    best: 3,
    closes:
      "write `strategy:` with `watch:` below the environment in `wherry.yaml`: a release that makes errors goes back by itself",
    after: "deployment.described",
    answer(seen) {
      const rollouts = linesIn(seen, /\.ya?ml$/, /^kind:\s*(?:AnalysisTemplate|Canary|ClusterAnalysisTemplate)\b/);
      if (rollouts.length > 0) return knownBy(3, "The files let releases be judged by their measures", rollouts);
      const { wherryYaml } = seen;
      if (wherryYaml === undefined) return unknown("no deployment tool was found that could take a release back");
      const watched = inWherryYaml(seen, "strategy", watches);
      if (watched.length > 0) return knownBy(3, "wherry.yaml lets releases be watched and taken back", watched);
      return known(
        1,
        "A release that passes its health check and fails its users stays",
        nothingIn([wherryYaml.file], "watch: or canary:"),
      );
    },
  },
];

/** `canary`, or a mapping that says how a release is watched. */
function watches(strategy: unknown): boolean {
  if (strategy === "canary") return true;
  if (!isMapping(strategy)) return false;
  return ["watch", "canary"].some((key) => strategy[key] !== undefined);
}
