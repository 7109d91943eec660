import { nearest } from "../../core/index.ts";
import { withConditions } from "../edits.ts";
import { eachService } from "../model.ts";
import type { Problem, Rule } from "../model.ts";
import { itemsOf, mappingOf, namesOf, partAt, spotOf, textOf } from "../part.ts";
import type { Part } from "../part.ts";
import type { Project, Section, Service } from "../project.ts";
import { referencesOf } from "../references.ts";
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

function missingFiles(project: Project): readonly Problem[] {
  return referencesOf(project)
    .filter(({ path, required }) => required && project.input.present?.get(path) === false)
    .map(({ at, what, written, service }) => ({ at, service, message: `${what} ${written} is not there` }));
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

/** Names that lead nowhere, and services that wait for each other. */
export const references: readonly Rule[] = [
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
    id: "WHY118",
    severity: "error",
    title: "A file that is not there",
    why: "What the compose file names has to be there when it is deployed.",
    remedy: "correct the path, or add the file",
    check: missingFiles,
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
];
