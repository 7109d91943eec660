import { nearest } from "../../core/index.ts";
import { composeKey, composeKeys, missingVariables } from "../../compose/index.ts";
import { removeLine, withConditions } from "../edits.ts";
import { eachService } from "../model.ts";
import type { Problem, Rule } from "../model.ts";
import { isTrue, itemsOf, mappingOf, namesOf, partAt, spotOf, textOf } from "../part.ts";
import type { Part } from "../part.ts";
import { sections } from "../project.ts";
import type { Project, Section, Service } from "../project.ts";
import { referencesOf } from "../references.ts";
import { variablesIn } from "../variables.ts";
import { hasHealthCheck } from "../health.ts";

const depends = eachService(({ name, part }, project) => {
  const plain = (key: string): readonly (readonly [string, Part])[] => [...namesOf(partAt(part, key))];
  const linked = plain("links").map(([link, at]) => [link.split(":")[0] ?? "", at] as const);
  const shared = ["network_mode", "pid", "ipc"].flatMap((key) => {
    const at = partAt(part, key);
    const [how, target] = (textOf(at) ?? "").split(":");
    return how === "service" && at !== undefined ? [[target ?? "", at] as const] : [];
  });
  return [...plain("depends_on"), ...linked, ...shared].flatMap(([other, at]): Problem[] => {
    if (other === "" || other.includes("$") || project.sections.services.has(other)) return [];
    if (isFalse(partAt(at, "required"))) return [];
    const near = nearest(other, project.sections.services.keys());
    return [
      {
        at: at.value instanceof Map ? at.key : spotOf(at),
        message: `${name} needs ${other}, and there is no such service`,
        ...(near === undefined ? {} : { remedy: `is ${near} meant?` }),
      },
    ];
  });
});

function isFalse(part: Part | undefined): boolean {
  return part?.value === false;
}

/** A name that a service uses and no top-level section has. */
function undefinedNames(section: Exclude<Section, "services">): Rule["check"] {
  return eachService(({ name, part, mounts }, project) => {
    const used: readonly (readonly [string, Part])[] =
      section === "volumes"
        ? mounts.flatMap((mount) =>
            mount.type === "volume" && mount.source !== "" && !mount.source.includes("$")
              ? [[mount.source, mount.part] as const]
              : [],
          )
        : [...namesOf(partAt(part, section))];
    const extra = section === "secrets" ? [...namesOf(partAt(part, "build", "secrets"))] : [];
    return [...used, ...extra].flatMap(([wanted, at]): Problem[] => {
      if (wanted === "" || wanted.includes("$") || project.sections[section].has(wanted)) return [];
      if (section === "networks" && wanted === "default") return [];
      const near = nearest(wanted, project.sections[section].keys());
      return [
        {
          at: at.value instanceof Map && section === "networks" ? at.key : spotOf(at),
          message: `${name} uses ${wanted}, which is not under ${section}: at the top level`,
          remedy: near === undefined ? `add ${wanted}: under ${section}: at the top level` : `is ${near} meant?`,
        },
      ];
    });
  });
}

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
      inside(withoutExtends(part), `${section}.*`, `${section}.${name}.`, section === "services" ? name : undefined),
    ),
  );
  return [...top, ...entries];
}

function withoutExtends(part: Part): Part {
  return { ...part, value: new Map([...mappingOf(part)].filter(([key]) => key !== "extends")) };
}

const neverHealthy = eachService(({ name, part }, project) =>
  [...mappingOf(partAt(part, "depends_on"))].flatMap(([other, one]): Problem[] => {
    const condition = partAt(one, "condition");
    const target = project.byName.get(other);
    if (textOf(condition) !== "service_healthy" || condition === undefined || target === undefined) return [];
    if (hasHealthCheck(target) !== "no") return [];
    return [
      {
        at: spotOf(condition),
        message: `${name} waits until ${other} is healthy, and ${other} has no health check`,
        remedy: `give ${other} a healthcheck:, or write condition: service_started`,
      },
    ];
  }),
);

const conditionless = eachService(({ name, part }, project) => {
  const list = partAt(part, "depends_on");
  const bare = [...namesOf(list)].filter(
    ([other, one]) =>
      partAt(one, "condition") === undefined &&
      project.byName.get(other) !== undefined &&
      hasHealthCheck(project.byName.get(other) as Service) === "yes",
  );
  const [first] = bare;
  if (list === undefined || first === undefined) return [];
  const conditionOf = (other: string): string => {
    const target = project.byName.get(other);
    return target !== undefined && hasHealthCheck(target) === "yes" ? "service_healthy" : "service_started";
  };
  const others = bare.map(([other]) => other).join(", ");
  return [
    {
      at: first[1].value instanceof Map ? first[1].key : spotOf(first[1]),
      message: `${name} starts as soon as ${others} ${bare.length === 1 ? "runs" : "run"}, and not once ${bare.length === 1 ? "it is" : "they are"} healthy`,
      remedy: `depends_on: { ${first[0]}: { condition: service_healthy } }`,
      edits: withConditions(list, conditionOf),
    },
  ];
});

function cycles(project: Project): readonly Problem[] {
  const found: Problem[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const from = path.indexOf(name);
    if (from !== -1) {
      const at = partAt(project.byName.get(name)?.part, "depends_on");
      if (at !== undefined)
        found.push({
          at: at.key,
          service: name,
          message: `these wait for each other: ${[...path.slice(from), name].join(" -> ")}`,
        });
      return;
    }
    if (done.has(name)) return;
    for (const other of namesOf(partAt(project.byName.get(name)?.part, "depends_on")).keys())
      visit(other, [...path, name]);
    done.add(name);
  };
  for (const { name } of project.services) visit(name, []);
  return found;
}

const neverEnds = eachService(({ name, part }, project) =>
  [...mappingOf(partAt(part, "depends_on"))].flatMap(([other, one]): Problem[] => {
    const restart = partAt(project.byName.get(other)?.part, "restart");
    if (textOf(partAt(one, "condition")) !== "service_completed_successfully") return [];
    if (restart === undefined || !["always", "unless-stopped"].includes(textOf(restart) ?? "")) return [];
    return [
      {
        at: spotOf(restart),
        service: other,
        message: `${name} waits for the end of ${other}, and ${other} is started again whenever it ends`,
      },
    ];
  }),
);

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

function missingFiles(project: Project): readonly Problem[] {
  return referencesOf(project)
    .filter(({ path, required }) => required && project.input.present?.get(path) === false)
    .map(({ at, what, written, service }) => ({ at, service, message: `${what} ${written} is not there` }));
}

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

function unusedEntries(project: Project): readonly Problem[] {
  // What a profile leaves out may use them.
  const services = [...project.sections.services.values()];
  const used = (section: Section): ReadonlySet<string> =>
    new Set(
      services.flatMap((part) => [
        ...namesOf(partAt(part, section)).keys(),
        ...itemsOf(partAt(part, section)).flatMap(
          (item) => (textOf(item) ?? textOf(partAt(item, "source")) ?? "").split(":")[0] ?? "",
        ),
        ...namesOf(partAt(part, "build", section)).keys(),
      ]),
    );
  return (["networks", "volumes", "secrets", "configs"] as const).flatMap((section) => {
    const names = used(section);
    return [...project.sections[section]]
      .filter(([name]) => name !== "default" && !names.has(name))
      .map(([name, part]) => ({ at: part.key, message: `nobody uses ${name} of ${section}:` }));
  });
}

function strangeServices(project: Project): readonly Problem[] {
  return Object.keys(project.input.services ?? {}).flatMap((name): Problem[] => {
    if (project.sections.services.has(name)) return [];
    const near = nearest(name, project.sections.services.keys());
    const [source] = project.files;
    if (source === undefined) return [];
    return [
      {
        at: project.top.get("services")?.key ?? { source, start: 0, end: 0 },
        message: `wherry.yaml has the service ${name}, and the compose files do not`,
        ...(near === undefined ? {} : { remedy: `is ${near} meant?` }),
      },
    ];
  });
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
    id: "WHY102",
    severity: "error",
    title: "A network that is not defined",
    why: "docker compose refuses the file.",
    remedy: "define it under networks:",
    check: undefinedNames("networks"),
  },
  {
    id: "WHY103",
    severity: "error",
    title: "A volume that is not defined",
    why: "docker compose refuses the file.",
    remedy: "define it under volumes:",
    check: undefinedNames("volumes"),
  },
  {
    id: "WHY104",
    severity: "error",
    title: "A secret that is not defined",
    why: "docker compose refuses the file.",
    remedy: "define it under secrets:",
    check: undefinedNames("secrets"),
  },
  {
    id: "WHY105",
    severity: "error",
    title: "A config that is not defined",
    why: "docker compose refuses the file.",
    remedy: "define it under configs:",
    check: undefinedNames("configs"),
  },
  {
    id: "WHY106",
    severity: "error",
    title: "A service that is not there is needed",
    why: "docker compose refuses the file.",
    remedy: "name a service of the file",
    check: depends,
  },
  {
    id: "WHY107",
    severity: "error",
    title: "Waits for a health check that does not exist",
    why: "Without a health check a container never becomes healthy: what waits for it never starts.",
    remedy: "add a health check to it",
    check: neverHealthy,
  },
  {
    id: "WHY108",
    severity: "warning",
    title: "Does not wait until what it needs is healthy",
    why: "A database that has started is not one that answers: the first connections fail, and after a reboot the app is down until somebody looks.",
    remedy: "write the long form with condition: service_healthy",
    fix: "Writes `depends_on` in its long form, with `service_healthy` for services that have a health check and `service_started` for the others.",
    check: conditionless,
  },
  {
    id: "WHY109",
    severity: "error",
    title: "Services wait for each other in a circle",
    why: "None of them can be the first.",
    remedy: "take one of them out of depends_on",
    check: cycles,
  },
  {
    id: "WHY110",
    severity: "error",
    title: "Waits for the end of a service that is always restarted",
    why: "A job with restart: always ends, and is started again: what waits for it may never start.",
    remedy: 'write restart: "no" for the job',
    check: neverEnds,
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
    id: "WHY118",
    severity: "error",
    title: "A file that is not there",
    why: "What the compose file names has to be there when it is deployed.",
    remedy: "correct the path, or add the file",
    check: missingFiles,
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
    id: "WHY120",
    severity: "info",
    title: "Defined and not used",
    why: "Most often a slip of the pen somewhere else: the service that should use it does not.",
    remedy: "use it, or take it out",
    check: unusedEntries,
  },
  {
    id: "WHY121",
    severity: "error",
    title: "wherry.yaml speaks of a service that is not there",
    why: "What it says of it is not done.",
    remedy: "correct the name in wherry.yaml",
    check: strangeServices,
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
