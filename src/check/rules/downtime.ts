import { addToService } from "../edits.ts";
import { hasHealthCheck } from "../health.ts";
import { dataImageOf } from "../knowledge/data-folders.ts";
import { eachService } from "../model.ts";
import type { Problem, Rule } from "../model.ts";
import { isTrue, mappingOf, partAt, spotOf, textOf, wordsOf } from "../part.ts";
import type { Service } from "../project.ts";

const containerName = eachService(({ name, part }) => {
  const value = partAt(part, "container_name");
  return value === undefined
    ? []
    : [
        {
          at: value.key,
          message: `${name} has the container name ${textOf(value)}: the new one cannot start beside the old one`,
        },
      ];
});

const routedPort = eachService(({ name, ports, routed, settings }) => {
  if (!routed) return [];
  return ports
    .filter(({ published }) => published !== undefined)
    .map(({ part, published }) => ({
      at: spotOf(part),
      message: `${name} has port ${published} of the server: old and new cannot both have it`,
      ...(settings === undefined ? { severity: "info" as const } : {}),
    }));
});

const routedUnchecked = eachService((service) => {
  const { name, at, routed, settings } = service;
  if (!routed || settings?.health !== undefined || hasHealthCheck(service) === "yes") return [];
  return [{ at, message: `nothing says when ${name} can take requests` }];
});

const unchecked = eachService((service) => {
  const { name, at, routed, job, part } = service;
  if (routed || job || hasHealthCheck(service) !== "no" || textOf(partAt(part, "restart")) === "no") return [];
  return [{ at, message: `nothing notices when ${name} runs and does not work` }];
});

/** Images that need longer than Docker's ten seconds to put their files in order. */
const slowToStop: Readonly<Record<string, string>> = {
  "cardano-node": "5m",
  "cardano-db-sync": "30m",
  elasticsearch: "2m",
  opensearch: "2m",
  cassandra: "2m",
};

const databaseGrace = eachService((service) => {
  const { name, at, part, image } = service;
  const known = dataImageOf(image);
  if (
    known === undefined ||
    known.kind === "tool" ||
    known.folders.length === 0 ||
    partAt(part, "stop_grace_period") !== undefined
  )
    return [];
  const grace = slowToStop[image?.name ?? ""] ?? "1m";
  return [
    {
      at,
      message: `${name} is killed ten seconds after it was told to end`,
      remedy: `stop_grace_period: ${grace}`,
      edits: addToService(service, `stop_grace_period: ${grace}`),
      ...(known.kind === "cache" ? { severity: "info" as const } : {}),
    },
  ];
});

const grace = eachService((service) => {
  const { name, at, part, image, job } = service;
  const known = dataImageOf(image);
  const isData = known !== undefined && known.kind !== "tool" && known.folders.length > 0;
  if (isData || job || partAt(part, "stop_grace_period") !== undefined) return [];
  return [
    {
      at,
      message: `requests and jobs that ${name} has in hand are cut after ten seconds`,
      edits: addToService(service, "stop_grace_period: 30s"),
    },
  ];
});

/** What a container runs, from the compose file or the Dockerfile, where it can be seen. */
function processOf({ part, built }: Service): { readonly words: readonly string[]; readonly own: boolean } | undefined {
  const entrypoint = partAt(part, "entrypoint");
  const command = partAt(part, "command");
  if (entrypoint !== undefined || command !== undefined)
    return { words: [...wordsOf(entrypoint), ...wordsOf(command)], own: true };
  for (const { instructions } of built?.stages ?? []) {
    const last = (keyword: string): readonly string[] | undefined =>
      instructions.findLast((one) => one.keyword === keyword)?.exec;
    const words = [...(last("ENTRYPOINT") ?? []), ...(last("CMD") ?? [])];
    if (words.length > 0) return { words, own: false };
  }
  return undefined;
}

const shellCommand = eachService(({ name, part }) => {
  const [entrypoint, command] = [partAt(part, "entrypoint"), partAt(part, "command")];
  const at = command ?? entrypoint;
  // The shell may stand in the one, and what it is to do in the other.
  const words = [...wordsOf(entrypoint), ...wordsOf(command)];
  const shell = words.findIndex((word) => /^(\/bin\/|\/usr\/bin\/)?(sh|bash|ash|dash)$/.test(word));
  const option = words.findIndex((word, index) => index > shell && /^-\w*c$/.test(word));
  if (at === undefined || shell === -1 || shell > 1 || option === -1) return [];
  const last = (words[option + 1] ?? "")
    .split(/&&|\|\||;|\n/)
    .map((one) => one.trim())
    .findLast((one) => one !== "");
  if (last?.startsWith("exec ") === true) return [];
  return [{ at: spotOf(at), message: `the shell of ${name} gets the signal to end, and does not pass it on` }];
});

const packageManager = eachService((service) => {
  const running = processOf(service);
  const [program = "", word = ""] = running?.words ?? [];
  if (running?.own !== true || !isPackageManager(program, word)) return [];
  const at = partAt(service.part, "command") ?? partAt(service.part, "entrypoint");
  return at === undefined
    ? []
    : [{ at: spotOf(at), message: `${program} ${word} stands between the signal to end and ${service.name}` }];
});

export function isPackageManager(program: string, word: string): boolean {
  return /^(npm|pnpm|yarn|npx|bunx)$/.test(program) && !/^(ci|install|exec)$/.test(word);
}

const noInit = eachService((service) => {
  const running = processOf(service);
  const [program = ""] = running?.words ?? [];
  if (service.job || running === undefined || isTrue(partAt(service.part, "init"))) return [];
  if (!/^(node|python\d?(\.\d+)?|ruby|deno|bun)$/.test(program.split("/").at(-1) ?? "")) return [];
  return [
    {
      at: service.at,
      message: `${program} is process 1 of ${service.name}: unless its code handles SIGTERM, it is killed in the middle of what it does`,
      edits: partAt(service.part, "init") === undefined ? addToService(service, "init: true") : [],
    },
  ];
});

const killed = eachService(({ name, part }) => {
  const signal = partAt(part, "stop_signal");
  return signal !== undefined && /^(SIG)?KILL$|^9$/.test(textOf(signal) ?? "")
    ? [{ at: spotOf(signal), message: `${name} is killed without being told to end` }]
    : [];
});

const fixedAddress = eachService(({ name, part }) => [
  ...[...mappingOf(partAt(part, "networks"))].flatMap(([, network]) =>
    ["ipv4_address", "ipv6_address"].flatMap((key): Problem[] => {
      const address = partAt(network, key);
      return address === undefined
        ? []
        : [
            {
              at: spotOf(address),
              message: `${name} has the address ${textOf(address)}: old and new cannot both have it`,
            },
          ];
    }),
  ),
  ...["mac_address"].flatMap((key): Problem[] => {
    const address = partAt(part, key);
    return address === undefined
      ? []
      : [{ at: spotOf(address), message: `${name} has a fixed ${key}: old and new cannot both have it` }];
  }),
]);

const sourceMount = eachService(({ name, mounts, built }) => {
  if (built === undefined) return [];
  const context = textOf(built.part) ?? textOf(partAt(built.part, "context")) ?? ".";
  return mounts
    .filter(({ type, source }) => type === "bind" && clean(source) === clean(context))
    .map(({ part }) => ({
      at: spotOf(part),
      message: `${name} runs the source code of this machine, and not what its image holds`,
    }));
});

function clean(path: string): string {
  return path.replace(/^\.\//, "").replace(/\/+$/, "") || ".";
}

const shortGrace = eachService(({ name, part }) => {
  const value = partAt(part, "stop_grace_period");
  return value !== undefined && /^0(s|ms|m|h)?$/.test(textOf(value) ?? "")
    ? [{ at: spotOf(value), message: `${name} gets no time to end` }]
    : [];
});

export const downtime: readonly Rule[] = [
  {
    id: "WHY401",
    severity: "warning",
    title: "A fixed container name",
    why: "Two containers cannot have one name: no second replica, no new version beside the old one. (Wherry leaves the name out, and keeps it as a name on the network.)",
    remedy: "take it out: other services reach it by the name of the service",
    check: containerName,
  },
  {
    id: "WHY402",
    severity: "warning",
    title: "A port of the server on a service that gets traffic",
    why: "Only one container can have a port: the old version has to stop before the new one can start. The proxy reaches the service without it.",
    remedy: "move ports: to compose.override.yaml, which only docker compose on a laptop reads",
    check: routedPort,
  },
  {
    id: "WHY403",
    severity: "warning",
    title: "Traffic without a health check",
    why: "A new version gets requests as soon as its port is open, whether it can answer them or not.",
    remedy: "write health: /path in wherry.yaml, or healthcheck: in the compose file",
    check: routedUnchecked,
  },
  {
    id: "WHY404",
    severity: "info",
    title: "No health check",
    why: "A container that hangs looks like one that works, and nobody can wait for it.",
    remedy: "add a healthcheck:",
    check: unchecked,
  },
  {
    id: "WHY405",
    severity: "warning",
    title: "A database gets no time to end",
    why: "Docker kills after ten seconds. A database that was killed has to repair its files before it answers again, which takes minutes to hours.",
    remedy: "stop_grace_period: 1m",
    fix: "Adds `stop_grace_period`: a minute, and more for images that are known to need it.",
    check: databaseGrace,
  },
  {
    id: "WHY406",
    severity: "info",
    title: "No time to end is set",
    why: "Docker kills ten seconds after SIGTERM. Uploads, long requests and jobs in hand are lost then.",
    remedy: "stop_grace_period: 30s, or as long as the slowest request takes",
    fix: "Adds `stop_grace_period: 30s`.",
    check: grace,
  },
  {
    id: "WHY407",
    severity: "warning",
    title: "A shell is process 1",
    why: "sh does not pass SIGTERM on: the app is never told to end, and is killed with all its requests when the time is up.",
    remedy: 'put exec before the last command: sh -c "migrate && exec server"',
    check: shellCommand,
  },
  {
    id: "WHY408",
    severity: "warning",
    title: "npm is process 1",
    why: "npm, yarn and pnpm start a shell, which starts the app: the signal to end gets lost on the way, and a hundred megabytes with it.",
    remedy: "start the program itself: [node, server.js]",
    check: packageManager,
  },
  {
    id: "WHY409",
    severity: "info",
    title: "Process 1 without an init",
    why: "Linux gives process 1 no default for signals: a program without a handler of its own ignores SIGTERM. An init passes signals on, and buries dead child processes.",
    remedy: "init: true",
    fix: "Adds `init: true`.",
    check: noInit,
  },
  {
    id: "WHY410",
    severity: "warning",
    title: "Is killed instead of ended",
    why: "SIGKILL cannot be handled: everything in hand is lost at each deployment.",
    remedy: "take stop_signal out",
    check: killed,
  },
  {
    id: "WHY411",
    severity: "warning",
    title: "A fixed address",
    why: "Two containers cannot have one address, so the new version cannot start beside the old one.",
    remedy: "take it out: services reach each other by name",
    check: fixedAddress,
  },
  {
    id: "WHY412",
    severity: "warning",
    title: "Source code over the image",
    why: "What runs is then what lies in the folder, and neither the release nor the rollback changes it.",
    remedy: "move the mount to compose.override.yaml",
    check: sourceMount,
  },
  {
    id: "WHY413",
    severity: "warning",
    title: "No time to end at all",
    why: "With 0 the container is killed at once.",
    remedy: "stop_grace_period: 30s",
    check: shortGrace,
  },
];
