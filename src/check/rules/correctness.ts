import { nearest } from "../../core/index.ts";
import { composeKey, composeKeys, missingVariables } from "../../compose/index.ts";
import { removeLine } from "../edits.ts";
import { eachService } from "../model.ts";
import type { Problem, Rule } from "../model.ts";
import { isTrue, itemsOf, mappingOf, namesOf, partAt, spotOf, textOf } from "../part.ts";
import type { Part } from "../part.ts";
import { sections } from "../project.ts";
import type { Project, Service } from "../project.ts";
import { variablesIn } from "../variables.ts";

function unknownKeys(project: Project): readonly Problem[] {
  const inside = (part: Part, table: string, written: string, service?: string): readonly Problem[] =>
    [...mappingOf(part)].flatMap(([key, value]): readonly Problem[] => {
      if (key.startsWith("x-")) return [];
      const path = table === "" ? key : `${table}.${key}`;
      if (composeKey(path) !== undefined) {
        const nested = ["services.*.build", "services.*.deploy", "services.*.healthcheck"].includes(path);
        return nested ? inside(value, path, `${written}${key}.`, service) : [];
      }
      const near = nearest(
        key,
        composeKeys.flatMap((one) =>
          one.path.startsWith(`${table}.`) && !one.path.slice(table.length + 1).includes(".")
            ? one.path.slice(table.length + 1)
            : [],
        ),
      );
      return [
        {
          at: value.key,
          service,
          message: `${written}${key}: compose has no such key here`,
          ...(near === undefined ? {} : { remedy: `is ${near} meant?` }),
        },
      ];
    });
  const top = [...project.top].flatMap(([key, value]): readonly Problem[] => {
    if (key.startsWith("x-") || composeKey(key) !== undefined) return [];
    const near = nearest(
      key,
      composeKeys.flatMap(({ path }) => (path.includes(".") ? [] : path)),
    );
    return [
      {
        at: value.key,
        message: `${key}: compose has no such key at the top level`,
        ...(near === undefined ? {} : { remedy: `is ${near} meant?` }),
      },
    ];
  });
  const entries = sections.flatMap((section) =>
    [...project.sections[section]].flatMap(([name, part]) =>
      inside(part, `${section}.*`, `${section}.${name}.`, section === "services" ? name : undefined),
    ),
  );
  return [...top, ...entries];
}

function unsetVariables(project: Project): readonly Problem[] {
  const { variables } = project.input;
  if (variables === undefined) return [];
  const known = new Set([...Object.keys(variables.values), ...variables.secrets, "COMPOSE_PROJECT_NAME"]);
  return project.files.flatMap((source) =>
    variablesIn(source, (text) => missingVariables(text, (name) => (known.has(name) ? "known" : "unknown"))).map(
      ({ start, end, name, message }) => ({
        at: { source, start, end },
        message: `${name} has no value${message === undefined || message === "" ? "" : `: ${message}`}`,
      }),
    ),
  );
}

function portClashes(project: Project): readonly Problem[] {
  const taken = new Map<string, Service>();
  return project.services.flatMap((service) =>
    service.ports.flatMap(({ part, host, published, protocol }): readonly Problem[] => {
      if (published === undefined) return [];
      const everywhere = ["", "0.0.0.0", "::"].includes(host);
      const key = `${published}/${protocol}`;
      const other = [...taken].find(
        ([one]) => one.startsWith(`${key} `) && (everywhere || one === `${key} ` || one === `${key} ${host}`),
      );
      taken.set(`${key} ${everywhere ? "" : host}`, service);
      if (other === undefined || other[1] === service) return [];
      return [
        {
          at: spotOf(part),
          service: service.name,
          message: `${service.name} and ${other[1].name} both publish port ${key}`,
        },
      ];
    }),
  );
}

function nameClashes(project: Project): readonly Problem[] {
  const names = new Map<string, string>();
  const containers = project.services.flatMap((service): readonly Problem[] => {
    const part = partAt(service.part, "container_name");
    const name = textOf(part);
    if (part === undefined || name === undefined || name.includes("$")) return [];
    const other = names.get(name);
    names.set(name, service.name);
    if (other === undefined) return [];
    return [
      {
        at: spotOf(part),
        service: service.name,
        message: `${service.name} and ${other} both have the container name ${name}`,
      },
    ];
  });
  const aliases = project.services.flatMap((service) =>
    [...mappingOf(partAt(service.part, "networks"))].flatMap(([network, one]) =>
      itemsOf(partAt(one, "aliases")).flatMap((item): readonly Problem[] => {
        const alias = textOf(item) ?? "";
        const other = project.byName.get(alias);
        if (other === undefined || other === service || !networksOf(other).includes(network)) return [];
        const message = `${alias} is another service on ${network}: who asks for it gets ${service.name} every second time`;
        return [{ at: spotOf(item), service: service.name, message }];
      }),
    ),
  );
  return [...containers, ...aliases];
}

function networksOf(service: Service): readonly string[] {
  const names = [...namesOf(partAt(service.part, "networks")).keys()];
  return names.length === 0 ? ["default"] : names;
}

const nothingToRun = eachService(({ name, part, at }) =>
  ["image", "build", "provider"].some((key) => partAt(part, key) !== undefined) || part.value === null
    ? part.value === null
      ? [{ at, message: `${name} is empty` }]
      : []
    : [{ at, message: `${name} has neither image nor build: there is nothing to run` }],
);

const badPorts = eachService(({ name, ports }) =>
  ports
    .filter(({ valid }) => !valid)
    .map(({ part }) => ({
      at: spotOf(part),
      message: `${name}: ${JSON.stringify(textOf(part) ?? "this")} is no port that compose can read`,
    })),
);

const contradictoryNetworks = eachService(({ name, part, ports }) => {
  const mode = partAt(part, "network_mode");
  if (mode === undefined) return [];
  const networks = partAt(part, "networks");
  if (networks !== undefined)
    return [{ at: networks.key, message: `${name} has both network_mode and networks: compose refuses that` }];
  if (textOf(mode) !== "host" || ports[0] === undefined) return [];
  return [{ at: spotOf(mode), message: `${name} uses the server's network, so its ports: do nothing` }];
});

const durations = eachService(({ name, part }) =>
  [
    ["healthcheck", "interval"],
    ["healthcheck", "timeout"],
    ["healthcheck", "start_period"],
    ["healthcheck", "start_interval"],
    ["stop_grace_period"],
  ].flatMap((path): Problem[] => {
    const value = partAt(part, ...path);
    const text = textOf(value);
    if (
      value === undefined ||
      text === undefined ||
      text.includes("$") ||
      /^(\d+(\.\d+)?(us|ms|s|m|h|d|w))+$/.test(text) ||
      text === "0"
    )
      return [];
    return [
      {
        at: spotOf(value),
        message: `${name}: ${path.join(".")} ${JSON.stringify(text)} is no duration`,
        remedy: /^\d+$/.test(text) ? `write the unit: ${text}s` : "write it as 30s, 1m30s or 2h",
      },
    ];
  }),
);

function obsoleteVersion(project: Project): readonly Problem[] {
  const part = project.top.get("version");
  if (part === undefined) return [];
  return [
    {
      at: part.key,
      message: "version: has had no meaning since Compose v2, and is warned of",
      edits: removeLine(part),
    },
  ];
}

const interactive = eachService(({ name, part }) =>
  ["stdin_open", "tty"].flatMap((key): Problem[] => {
    const value = partAt(part, key);
    return value !== undefined && isTrue(value)
      ? [{ at: value.key, message: `${name} waits for a keyboard (${key}) that a server does not have` }]
      : [];
  }),
);

export const correctness: readonly Rule[] = [
  {
    id: "WHY101",
    severity: "error",
    title: "A key that compose does not know",
    why: "docker compose refuses the file, or what the key should do is not done.",
    remedy: "correct the key, or start it with x- if it is only for you",
    check: unknownKeys,
  },
  {
    id: "WHY111",
    severity: "error",
    title: "A variable without a value",
    why: "docker compose puts nothing in its place: an empty password, an image without a tag, a port that is not there.",
    remedy:
      "give it a value under values: in wherry.yaml or in .env, list it under secrets:, or write a default: ${NAME:-default}; write $$ for a dollar sign that is meant for the container",
    check: unsetVariables,
  },
  {
    id: "WHY112",
    severity: "error",
    title: "Two services publish the same port",
    why: "The second one cannot start.",
    remedy: "change one of the two published ports, or publish neither: services reach each other by name",
    check: portClashes,
  },
  {
    id: "WHY113",
    severity: "error",
    title: "Two things have the same name",
    why: "Two containers cannot have one name, and of two services with one name on a network each gets half of the traffic.",
    remedy: "rename one of them",
    check: nameClashes,
  },
  {
    id: "WHY114",
    severity: "error",
    title: "A service without image and build",
    why: "There is nothing to run.",
    remedy: "say what it runs with image: or build:",
    check: nothingToRun,
  },
  {
    id: "WHY115",
    severity: "error",
    title: "A port that compose cannot read",
    why: "docker compose refuses the file.",
    remedy: 'write "ADDRESS:PUBLISHED:CONTAINER", for example "127.0.0.1:8080:80"',
    check: badPorts,
  },
  {
    id: "WHY116",
    severity: "error",
    title: "network_mode and what contradicts it",
    why: "With network_mode a container has no networks of its own, and with that of the server no ports to publish.",
    remedy: "take out one of the two",
    check: contradictoryNetworks,
  },
  {
    id: "WHY117",
    severity: "error",
    title: "A duration without a unit",
    why: "docker compose refuses it, or takes it for nanoseconds.",
    remedy: "write it as 30s, 1m30s or 2h",
    check: durations,
  },
  {
    id: "WHY119",
    severity: "info",
    title: "version: has no meaning",
    why: "Compose v2 warns of it at each call.",
    remedy: "take the line out",
    fix: "Takes the line out.",
    check: obsoleteVersion,
  },
  {
    id: "WHY122",
    severity: "info",
    title: "A terminal that nobody sits at",
    why: "stdin_open and tty are for development; with a tty, logs get control characters.",
    remedy: "move it to compose.override.yaml",
    check: interactive,
  },
];
